# A layer whose every output can be checked by hand: each value minus its neighbour two to the right.
convcli conv1d --input 1,2,4,8,16 --weight 1,0,-1
# Dilation takes the neighbours further apart, padding keeps the size.
convcli conv1d --input 1,2,4,8,16 --weight 1,0,-1 --dilation 2 --padding 2
