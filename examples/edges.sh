# Edges of a drawn picture, then the strongest of each 2 x 2 block: two layers, one pipe.
convcli conv2d --input picture --weight sobel-x --json | convcli maxpool2d --input - --kernel 2
# The whole result into a file, for NumPy or the next program.
convcli conv2d --input picture --weight sobel-x --save edges.npy
