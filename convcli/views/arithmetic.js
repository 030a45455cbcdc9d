// What a layer does, in plain numbers: windows walking axes, and what their cells become. No page here.
// It says the same as convcli/arithmetic and convcli/layers; the tests hold it against torch.
//
// A layer `s` is the arguments of its torch.nn class, one value for each axis where there are axes, with its `family`
// (the class without its number of axes), the `size` of its input, and `in_channels` even where torch asks for none.
// The input x, the weights w and the bias b are flat arrays in torch's order.

// What each family takes, in the order of torch's arguments.
const TAKES = {
  Conv: ['in_channels', 'out_channels', 'kernel_size', 'stride', 'padding', 'dilation', 'groups', 'bias', 'padding_mode'],
  ConvTranspose: ['in_channels', 'out_channels', 'kernel_size', 'stride', 'padding', 'output_padding', 'groups', 'bias',
    'dilation'],
  MaxPool: ['kernel_size', 'stride', 'padding', 'dilation', 'ceil_mode'],
  AvgPool: ['kernel_size', 'stride', 'padding', 'ceil_mode', 'count_include_pad', 'divisor_override'],
  LPPool: ['norm_type', 'kernel_size', 'stride', 'ceil_mode'],
  AdaptiveAvgPool: ['output_size'],
  AdaptiveMaxPool: ['output_size'],
  Unfold: ['kernel_size', 'dilation', 'padding', 'stride'],
};
const AXES = [[], ['length'], ['height', 'width'], ['depth', 'height', 'width']];
const { floor, ceil, abs, min, max, round } = Math, { isFinite, isInteger } = Number;
const takes = (s, name) => TAKES[s.family].includes(name);
const multiplies = s => takes(s, 'out_channels');
const product = list => list.reduce((all, one) => all * one, 1);
const range = (length, of = i => i) => Array.from({ length }, (_, i) => of(i));
// Every choice of one from each list, the last the fastest; every index of these sizes; where an index stands.
const choices = lists => lists.reduce((all, list) => all.flatMap(before => list.map(one => [...before, one])), [[]]);
const cells = sizes => choices(sizes.map(size => range(size)));
const offset = (sizes, index) => index.reduce((sum, at, axis) => sum * sizes[axis] + at, 0);

// Along each axis a window of `kernel` taps, `dilation` apart, walks in steps of `stride`, from `before` the input on.
const axesKnown = new WeakMap();  // of each layer; a layer is made anew, never changed
function axes(s) {
  if (!axesKnown.has(s)) axesKnown.set(s, s.size.map((size, i) => axisOf(s, size, i)));
  return axesKnown.get(s);
}

function axisOf(s, size, i) {
  const name = AXES[s.size.length][i];
  if (takes(s, 'output_size')) return { name, size, outputs: s.output_size[i] ?? size };
  const kernel = s.kernel_size[i], dilation = takes(s, 'dilation') ? s.dilation[i] : 1;
  const padding = !takes(s, 'padding') || s.padding === 'valid' ? 0
    : s.padding === 'same' ? dilation * (kernel - 1) / 2 : s.padding[i];
  return { name, size, kernel, dilation, stride: s.stride[i], before: floor(padding), after: ceil(padding),
    mode: takes(s, 'padding_mode') ? s.padding_mode : 'zeros', ceil: takes(s, 'ceil_mode') && s.ceil_mode,
    transposed: s.family === 'ConvTranspose', extra: takes(s, 'output_padding') ? s.output_padding[i] : 0 };
}

const adaptive = axis => axis.outputs !== undefined;
const extent = axis => axis.dilation * (axis.kernel - 1) + 1;
const spare = axis => axis.size + axis.before + axis.after - extent(axis);

function outputOf(axis) {
  if (adaptive(axis)) return axis.outputs;
  if (axis.transposed)
    return (axis.size - 1) * axis.stride - axis.before - axis.after + extent(axis) + axis.extra;
  const last = (axis.ceil ? ceil : floor)(spare(axis) / axis.stride);
  // Rounded up, torch keeps the last window only if it starts inside the input or the padding before it.
  return last + 1 - (axis.ceil && last * axis.stride >= axis.size + axis.before);
}

// The positions that can be read: the input and its padding.
const line = axis => adaptive(axis) || axis.transposed ? [0, axis.size]
  : [min(0, -axis.before), max(axis.size, axis.size + axis.after)];

// The input cell whose value stands at a position; null: a zero.
function source(axis, at) {
  const { size, mode } = axis, outside = at < 0 || at >= size;
  if (!outside) return at;
  if (mode === 'reflect') return at < 0 ? -at : 2 * (size - 1) - at;
  if (mode === 'replicate') return at < 0 ? 0 : size - 1;
  return mode === 'circular' ? (at % size + size) % size : null;
}

// Where a window's taps stand on its line; of a transposed layer, where an input cell's stamp stands on the output.
const positions = (axis, window) => range(axis.kernel, tap => window * axis.stride - axis.before + tap * axis.dilation);

// What one output is made of: [tap, position, input cell], the first position first.
function taps(axis, output) {
  if (adaptive(axis)) {
    const first = floor(output * axis.size / axis.outputs);
    return range(ceil((output + 1) * axis.size / axis.outputs) - first, tap => [tap, first + tap, first + tap]);
  }
  if (!axis.transposed)
    return positions(axis, output).map((at, tap) => [tap, at, source(axis, at)])
      .filter(([, at]) => at < axis.size + axis.after);
  return range(axis.kernel, tap => [tap, (output + axis.before - tap * axis.dilation) / axis.stride])
    .filter(([, cell]) => isInteger(cell) && cell >= 0 && cell < axis.size)
    .map(([tap, cell]) => [tap, cell, cell]).reverse();
}

function weightShape(s) {
  if (!multiplies(s)) return null;
  const channels = s.family === 'Conv' ? [s.out_channels, s.in_channels] : [s.in_channels, s.out_channels];
  return [channels[0], channels[1] / s.groups, ...s.kernel_size];
}

function outputShape(s) {
  const sizes = axes(s).map(outputOf);
  if (s.family === 'Unfold') return [s.in_channels * product(s.kernel_size), product(sizes)];
  return [multiplies(s) ? s.out_channels : s.in_channels, ...sizes];
}

// The input channels behind an output channel, each with the first indices of its weights.
function sources(s, channel) {
  if (!multiplies(s)) return [[channel, []]];
  const ins = s.in_channels / s.groups, outs = s.out_channels / s.groups, first = floor(channel / outs) * ins;
  return range(ins, i => [first + i, s.family === 'Conv' ? [channel, i] : [first + i, channel % outs]]);
}

// Every cell behind an output [channel, ...position]: where it stands, which input cell (-1: a zero) and weight it is.
function reads(s, [channel, ...position]) {
  const walked = axes(s), shape = weightShape(s);
  let only = null;
  if (s.family === 'Unfold') {  // an output is one tap of one window
    only = [floor(channel / s.kernel_size[1]) % s.kernel_size[0], channel % s.kernel_size[1]];
    position = [floor(position[0] / outputOf(walked[1])), position[0] % outputOf(walked[1])];
    channel = floor(channel / product(s.kernel_size));
  }
  const along = choices(walked.map((axis, i) => taps(axis, position[i]).filter((_, tap) => !only || tap === only[i])));
  return sources(s, channel).flatMap(([from, weight]) => along.map(each => {
    const tap = each.map(one => one[0]), at = each.map(one => one[1]), cell = each.map(one => one[2]);
    return { channel: from, at, input: cell.includes(null) ? -1 : offset([s.in_channels, ...s.size], [from, ...cell]),
      weight: shape ? offset(shape, [...weight, ...tap]) : -1 };
  }));
}

// Whether padding's zeros take part: they do in sums, and in a mean unless told otherwise.
const countsPadding = s => multiplies(s) || s.family === 'Unfold' || (s.family === 'AvgPool' && s.count_include_pad);

// The terms of an output: reads with a value x, a weight w and their product; `counts`: it takes part.
function terms(s, x, w, output) {
  const norm = s.family === 'LPPool', p = s.norm_type, finite = isFinite(p), found = reads(s, output).map(read => {
    const value = read.input < 0 ? 0 : x[read.input], weight = read.weight < 0 ? 1 : w[read.weight];
    return { ...read, x: value, w: weight, counts: read.input >= 0 || countsPadding(s),
      product: !norm ? value * weight : finite ? value ** p : abs(value) };
  });
  if (s.family.includes('Max') || (norm && !finite)) {  // the last NaN wins, else the first of the largest
    const beats = (one, other) => one !== one || (norm && p < 0 ? one < other : one > other);
    let best = null;
    for (const term of found) if (term.counts && (!best || beats(term.product, best.product))) best = term;
    if (best) best.wins = true;
  }
  return found;
}

// What the terms become.
function combined(s, found, bias) {
  const counting = found.filter(term => term.counts), winner = counting.find(term => term.wins);
  const sum = counting.reduce((total, term) => total + term.product, 0);
  if (winner) return winner.product;
  if (s.family === 'MaxPool') return -Infinity;  // nothing but padding
  if (s.family.endsWith('AvgPool')) return sum / (s.divisor_override || counting.length);
  // A window that ceil mode cuts short counts as if it were whole.
  return s.family === 'LPPool' ? (sum * product(s.kernel_size) / counting.length) ** (1 / s.norm_type) : sum + bias;
}

const biasOf = (s, b, channel) => multiplies(s) && s.bias ? b[channel] : 0;
const outputAt = (s, x, w, b, output) => combined(s, terms(s, x, w, output), biasOf(s, b, output[0]));

// The whole output, flat.
const run = (s, x, w, b) => cells(outputShape(s)).map(output => outputAt(s, x, w, b, output));

// Whether a setting is of its type: whole numbers but for the power of a norm, yes or no, or a word; null: torch's own.
const MODES = ['zeros', 'reflect', 'replicate', 'circular'];
const right = (s, name, value) => name === 'norm_type' ? value && value === +value : name === 'padding_mode' ? MODES.includes(value)
  : /bias|ceil|count/.test(name) ? value === !!value : isInteger(value) ? name !== 'divisor_override' || (value && s.size[1]) : (value == null && /output_s|override/.test(name))
  || (s.family === 'Conv' && name === 'padding' && ['same', 'valid'].includes(s.padding));

// Why torch refuses a layer, with these numbers; empty where it doesn't.
function refusal(s) {
  for (const name of ['size', 'in_channels', ...TAKES[s.family]]) {
    const least = { padding: 0, output_padding: 0, norm_type: -Infinity, divisor_override: -Infinity }[name] ?? 1;
    for (const value of [s[name]].flat()) {
      if (!right(s, name, value)) return `${name} can't be ${String(value).slice(0, 60)}`;
      if (typeof value === 'number' && value < least) return `${name} has to be at least ${least}`;
    }
  }
  if (s.family === 'Unfold' && s.size.length !== 2) return 'nn.Unfold walks two axes';
  if (takes(s, 'groups'))
    for (const [name, count] of [['input', s.in_channels], ['output', s.out_channels]])
      if (count % s.groups) return `${count} ${name} channels can't be split into ${s.groups} groups of equal size`;
  if (s.padding === 'same' && takes(s, 'padding') && max(...s.stride) > 1)
    return `padding 'same' keeps the size, and stride ${max(...s.stride)} shrinks it`;
  for (const axis of axes(s)) {
    const why = adaptive(axis) ? '' : refusalAlong(s, axis);
    if (why) return `along ${axis.name}, ${why}`;
  }
  return '';
}

function refusalAlong(s, axis) {
  const { size, kernel, before, after, mode, stride, dilation, extra } = axis;
  const most = { reflect: size - 1, circular: size }[mode], power = s.family === 'LPPool' && isFinite(s.norm_type);
  if (after > most) return `${mode} padding of ${after} has only ${most} cells to take from`;
  if (!multiplies(s) && s.family !== 'Unfold' && before > floor(kernel / 2))
    return `padding ${before} is more than half of kernel ${kernel}, the most that a pooling takes`;
  if (extra && extra >= max(stride, dilation))
    return `output padding ${extra} has to be smaller than stride ${stride} or dilation ${dilation}`;
  if (s.size.length === 3 && (s.family === 'AvgPool' || power) && size < kernel)
    return `nn.${s.family}3d takes no input of ${size}, smaller than its kernel of ${kernel}`;
  return outputOf(axis) < 1 ? `not one cell comes out: ${formula(axis)}` : '';
}

// The output size worked with an axis's numbers; `mark` may set off its parts.
function formula(axis, mark = (part, text) => text) {
  const { kernel, stride, before, after, dilation, outputs } = axis, result = mark('result', outputOf(axis));
  const size = mark('size', axis.size), window = text => mark('window', text);
  if (adaptive(axis)) return `cells ⌊i·${size}/${outputs}⌋ to ⌈(i + 1)·${size}/${outputs}⌉ − 1 make output i`;
  const pads = mark('padding', before === after ? `2·${before}` : `(${before} + ${after})`);
  const gaps = window(`${dilation}·(${kernel} − 1)`);
  if (axis.transposed)
    return `(${size} − 1)·${window(stride)} − ${pads} + ${gaps} + ${mark('padding', axis.extra)} + 1 = ${result}`;
  const [open, close] = axis.ceil ? '⌈⌉' : '⌊⌋', steps = (axis.ceil ? ceil : floor)(spare(axis) / stride);
  const dropped = steps + 1 > outputOf(axis) ? ' − 1 (the last window would start behind the input)' : '';
  return `${open}(${size} + ${pads} − ${gaps} − 1) / ${window(stride)}${close} + 1${dropped} = ${result}`;
}

// A number that fits a cell: whole numbers as they are, else two significant digits at least.
function short(value) {
  const size = abs(value);
  if (size < 1e6 && isInteger(value)) return String(value + 0);
  if (!isFinite(value)) return value !== value ? 'nan' : value < 0 ? '-inf' : 'inf';
  const digits = [[1000, 0], [0.0995, 2], [0.00995, 3], [0.00095, 4]].find(([least]) => size >= least);
  return digits && size < 1e6 ? value.toFixed(digits[1]) : value.toExponential(1);
}
