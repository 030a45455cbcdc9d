# Which layer halves a picture of 224 pixels, and which sizes does a given layer bring to 112?
convcli formula --size 224 --output 112
convcli formula --output 112 --kernel 3 --stride 2 --padding 1
# And back up again: which output padding chooses the even size?
convcli convtranspose2d --size 3x7x7 --kernel 3 --stride 2 --padding 1 --output-padding 1
