# Where does 9216 come from, and what does AlexNet cost?
convcli network alexnet
# Two kernels of 3 × 3 see as much as one of 5 × 5, for less.
convcli network --compare "Conv2d(8, 8, 5)" "Conv2d(8, 8, 3); Conv2d(8, 8, 3)" --size 32x32
# A network that doesn't fit its input: which layer fails, and what to change.
convcli network "Conv2d(1, 6, 5); ReLU(); MaxPool2d(2); Flatten(); Linear(864, 10)" --size 32x32
# Which input brings VGG's last maps to 7 × 7?
convcli network vgg16 --output 7x7
# Why do two tools count differently?
convcli network mobilenet --depth 1 --convention fvcore
# What one cell of WaveNet's last layer hears.
convcli network wavenet --receptive last
