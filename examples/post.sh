# The post's cnn1d_2: what goes in, what comes out, and what the post doesn't tell.
convcli conv1d --kernel 3 --stride 2
convcli formula --size 10 --kernel 3 --stride 2
convcli blog cnn1d_2
