# One output of a layer whose padding is mirrored: which cells, which weights, which products?
convcli conv2d --input "[[1,2,3],[4,5,6],[7,8,9]]" --weight sobel-x --padding 1 --padding-mode reflect --at 0,0
# The other way round: where does the cell in the middle go, and what is the first weight part of?
convcli conv1d --weight 1,0,-1 --stride 2 --from 4
convcli conv1d --weight 1,0,-1 --stride 2 --of 0
# Which cells are read twice, and which never? And the same as a page to play with.
convcli conv2d --size 8x8 --stride 2 --dilation 2 --coverage --export slide.html
