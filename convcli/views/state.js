// The layer as it is set now, what it may be set to, and what each of its steps shows. Nothing is drawn here.

const $ = id => document.getElementById(id);
const all = query => document.querySelectorAll(query);
const DATA = JSON.parse($('data').textContent);
const { keys, assign, hasOwn } = Object, { isArray } = Array;
const LEVELS = 8;  // of a hue
const MANY = 900;  // cells of a map that are drawn one by one
const HUGE = 300000, MOST = 1000000;  // products that are worked out at once: of all maps, and of one
const LINE = { size: 1, outputs: 1 };  // the axis that a layer of one axis lacks

// ---- the layer as it is set now

const unpacked = values => isArray(values) ? values
  : [...new Float32Array(Uint8Array.from(atob(values), letter => letter.charCodeAt(0)).buffer)];
let s = DATA.layer, x, w, b, weighed;  // the settings, the tensors, and the shape that the weights were made for
let inputName, weightName;  // which of those to choose from they are; 'own': none
let own, maps;  // whether all is PyTorch's still, and the output maps that were worked out
let now = 0, peek = null, lit = null, firstRow = 0, timer = null, stamping = true, printing = false;

const equal = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const same = (one, other) => one.length === other.length && one.every((value, i) => Object.is(value, other[i]));
const one = value => isArray(value) && value[0] !== null && value.every(each => each === value[0]) ? value[0] : value;
const note = text => { $('note').textContent = text; };
const flat = () => s.size.length === 1;
const shapeOf = layer => [layer.in_channels, ...layer.size];
const settings = () => [...new Set(['family', 'size', 'in_channels', ...TAKES[s.family]])];
const ownInput = () => equal(shapeOf(s), shapeOf(DATA.layer)) && same(x, OWN.x);
const ownWeights = () => equal(weighed, weightShape(DATA.layer)) && same(w, OWN.w) && same(b, OWN.b);

function reset() {
  s = DATA.layer;
  [x, w, b, weighed, inputName, weightName] = [OWN.x, OWN.w, OWN.b, weightShape(s), 'own', 'own'];
  changed();
}

// Numbers from 0 to 1 that look drawn, the same each time.
const random = i => (7919 * i * i + 104729 * i + 12345) % 10007 / 10007;

// Numbers of one shape in another: what was there stays, the first `repeated` axes repeat, new taps are filled.
const fitted = (values, from, to, repeated, fill) => cells(to).map((index, i) => {
  const was = index.map((at, axis) => axis < repeated ? at % from[axis] : at);
  return was.every((at, axis) => at < from[axis]) ? values[offset(from, was)] : fill(i);
});

// Why a layer can't be: torch refuses it, or nobody would wait for its output map.
function whyNot(s) {
  const why = refusal(s);
  if (why) return why;
  const [channels, ...sizes] = outputShape(s), area = s.family === 'Unfold' ? channels * sizes[0] : product(sizes.slice(-2));
  const along = of => product(axes(s).map(of)), from = multiplies(s) ? s.in_channels / s.groups : 1;
  const window = from * along(axis => axis.kernel ?? ceil(axis.size / axis.outputs) + 1);
  const work = area * window + 4 * (channels * window + s.in_channels * along(axis => line(axis)[1] - line(axis)[0]));
  return work > MOST && !equal(s, DATA.layer) ? `${work.toLocaleString()} products are too many` : '';
}

// Set anew if it can be; else say why not. `fill` sets the tensors that have to follow.
function change(patch, what = '', fill = () => {}) {
  const next = { ...s, ...patch }, why = whyNot(next), was = shapeOf(s);
  if (why) return note(what + why);
  s = next;
  const shape = weightShape(s);
  if (!equal(shapeOf(s), was)) {
    x = INPUTS[inputName] ? spread(INPUTS[inputName]) : fitted(x, was, shapeOf(s), 4);
    if (!INPUTS[inputName]) inputName = 'own';
  }
  fill();
  if (shape && !equal(shape, weighed)) {
    const bound = 1 / Math.sqrt(product(shape.slice(1))), drawn = i => +((2 * random(i) - 1) * bound).toFixed(2);
    const typed = weighed && w.every(isInteger);  // then what is new is 0
    w = weighed ? fitted(w, weighed, shape, 2, typed ? () => 0 : drawn) : range(product(shape), drawn);
    if (!equal(shape.slice(2), weighed?.slice(2))) weightName = 'own';
    weighed = shape;
  }
  if (shape && s.bias) b = range(s.out_channels, i => b[i % b.length] ?? 0);
  return changed();
}

// The settings for another family, as far as it takes them.
function switched(family) {
  const { kernel_size, stride, dilation, padding, output_padding } = s, limit = family.endsWith('Pool') ? 2 : 1e-9;
  return { ...s, family, output_padding: output_padding.map((pad, i) => min(pad, max(stride[i], dilation[i]) - 1)),
    padding: isArray(padding) || family !== 'Conv' ? s.size.map((_, i) => min(+padding[i] || 0, floor(kernel_size[i] / limit)))
      : padding };
}

function changed() {
  own = settings().every(name => equal(s[name], DATA.layer[name])) && ownInput() && (!multiplies(s) || ownWeights());
  [maps, pictures] = [new Map(), {}];
  view = lit = peek = null;
  firstRow = 0;
  now = min(now, count() - 1);
  note('');
  drawSettings();
  draw(true);
  remember();
}

// ---- inputs and weights to choose from

const DIGIT = ['..###..', '.#...#.', '.....#.', '....#..', '...#...', '..#....', '.#####.'];
const INPUTS = {  // of a row and a column, how many there are of these, and the number of the cell
  edge: (r, c, high, wide) => c >= wide / 2 ? 9 : 0,
  dot: (r, c, high, wide) => r === floor(high / 2) && c === floor(wide / 2) ? 9 : 0,
  digit: (r, c, high, wide) => DIGIT[floor(r * 7 / high)]?.[floor(c * 7 / wide)] === '#' ? 9 : 0,
  noise: (r, c, high, wide, i) => floor(10 * random(i)),
  ramp: (r, c) => c + 1,
};
const plain = list => flat() ? [1, ...list].slice(-2) : list.slice(-2);  // as rows and columns
const spread = of => cells(shapeOf(s)).map((at, i) => of(...plain(at.slice(1)), ...plain(s.size), i));
const OWN = { x: DATA.x ? unpacked(DATA.x) : spread(INPUTS.ramp), w: unpacked(DATA.w), b: unpacked(DATA.b), y: unpacked(DATA.y) };

function choose(name) {
  const [shape, values] = DATA.samples[name] ?? [shapeOf(name === 'own' ? DATA.layer : s)], size = shape.slice(-s.size.length);
  change({ in_channels: shape.length > size.length ? shape[0] : 1, size }, name + ': ', () => {
    inputName = name;
    x = name === 'own' ? OWN.x : values ? unpacked(values) : spread(INPUTS[name] ?? INPUTS.ramp);
  });
}

function weigh(name) {
  const [rows, divisor] = DATA.filters[name] ?? [], kernel = !rows ? DATA.layer.kernel_size : flat() ? [rows.length] : [rows.length, rows[0].length];
  change({ kernel_size: kernel }, name + ': ', () => {
    [weightName, weighed] = [name, weightShape(s)];
    if (rows) [w, b] = [range(product(weighed), i => rows.flat()[i % rows.flat().length] / divisor), b.map(() => 0)];
    else [w, b, weighed] = [OWN.w, OWN.b, weightShape(DATA.layer)];
  });
}

// ---- what a step shows

const plane = () => flat() ? [LINE, ...axes(s)] : axes(s).slice(-2);
const deep = () => s.size.length === 3 && axes(s)[0];
const slides = axis => !adaptive(axis) && !axis.transposed;
const stamps = () => stamping && s.family === 'ConvTranspose';
const unfolds = () => s.family === 'Unfold';
const unravel = (sizes, at) => sizes.map((size, i) => floor(at / product(sizes.slice(i + 1))) % size);

// The rows and columns of the output, and of what is walked step by step; how many output maps and steps there are.
const outputSize = () => unfolds() ? outputShape(s) : plain(outputShape(s).slice(1));
const walked = () => stamps() ? plain(s.size) : outputSize();
const mapCount = () => product(outputShape(s)) / product(outputSize());
const count = () => mapCount() * product(walked());

// The indices of an output map before its rows and columns, and of one of its cells.
const leadOf = map => unfolds() ? [] : unravel(outputShape(s).slice(0, deep() ? 2 : 1), map);
const indexOf = (map, cell) => [...leadOf(map), ...flat() ? cell.slice(1) : cell];

// The values of an output map, PyTorch's until something is changed.
function valuesOf(map) {
  const area = product(outputSize());
  if (own) return OWN.y.slice(map * area, (map + 1) * area);
  if (!maps.has(map)) maps.set(map, cells(outputSize()).map(cell => outputAt(s, x, w, b, indexOf(map, cell))));
  return maps.get(map);
}

const valueAt = (map, cell) => valuesOf(map)[offset(outputSize(), cell)];

// The input maps behind an output map, one for each channel and depth, each with the first indices of its weights.
function rowsOf(map, cell) {
  const [channel, at] = unfolds() ? [floor(cell[0] / product(s.kernel_size))] : leadOf(map);
  return sources(s, channel).flatMap(([from, weight]) => (deep() ? taps(deep(), at) : [[]]).map(([tap, depth, cell]) =>
    ({ channel: from, weight: deep() ? [...weight, tap] : weight, depth, cell })));
}

// What stands at a place of an input map: a value, of which cell, and whether it is padding.
function inputAt(row, at) {
  const from = plane().map((axis, i) => source(axis, at[i]));
  if (from.includes(null) || row.cell === null) return { value: countsPadding(s) ? 0 : null, padding: true };
  const input = offset(shapeOf(s), [row.channel, ...deep() ? [row.cell] : [], ...flat() ? from.slice(1) : from]);
  return { value: x[input], input, from, padding: !equal(from, at) || row.cell !== row.depth };
}

// Everything that a step shows: `tile` is the first cell and the extent of the window, or of the stamp on the output,
// along either axis; `stops` is where its taps stand.
function look(step) {
  const area = product(walked()), map = floor(step / area), cell = unravel(walked(), step % area);
  const walks = plane(), rows = rowsOf(map, cell), output = indexOf(map, cell);
  let at = cell, found = [], stops;
  if (stamps()) {
    stops = walks.map((axis, i) => axis === LINE ? [0] : positions(axis, cell[i]));
    for (const row of rows) row.terms = cells(plain(s.kernel_size)).map(tap => {
      const { input, value } = inputAt(row, cell), weight = offset(weighed, [...row.weight, ...flat() ? tap.slice(1) : tap]);
      return { input, x: value, weight, w: w[weight], product: value * w[weight], counts: true };
    });
  } else {
    found = terms(s, x, w, output);
    if (unfolds()) {  // a column of the output is a window, a row one of its taps
      const copied = found[0].at;
      at = unravel(walks.map(outputOf), cell[1]);
      found = terms({ ...s, family: 'AvgPool', count_include_pad: true }, x, w, [rows[0].channel, ...at]);
      for (const term of found) term.wins = equal(term.at, copied);
    }
    stops = walks.map((axis, i) => taps(axis, at[i]).map(tap => tap[1]));
    const size = product(stops.map(each => each.length));
    rows.forEach((row, i) => { row.terms = found.slice(i * size, (i + 1) * size); });
  }
  const tile = walks.map((axis, i) => slides(axis) ? [at[i] * axis.stride - axis.before, extent(axis)]
    : [stops[i][0], stops[i].at(-1) - stops[i][0] + 1]);
  const grid = walks.map((axis, i) => slides(axis) ? axis.kernel : stops[i].length);
  return { map, cell, rows, output, found, stops, tile, grid };
}

// Which stamp a term is of; what the terms up to a stamp come to.
const stampOf = term => offset(plain(s.size), flat() ? [0, ...term.at] : term.at.slice(-2));
const partial = (map, found) => combined(s, found, biasOf(s, b, leadOf(map)[0]));
const upTo = (stamp, found) => found.filter(term => stampOf(term) <= stamp);

// What an output cell has got from the stamps so far; null: none has reached it.
function soFar(cell) {
  const stamp = offset(plain(s.size), view.cell), found = terms(s, x, w, indexOf(view.map, cell)), stamped = upTo(stamp, found);
  if (stamped.length === found.length && (found.length || stamp === product(s.size.slice(-2)) - 1))
    return valueAt(view.map, cell);
  return stamped.length ? partial(view.map, stamped) : null;
}

// What no window reads along an axis.
function unread(axis) {
  const read = new Set(adaptive(axis) ? range(axis.size) : range(outputOf(axis), i => taps(axis, i).map(tap => tap[2])).flat());
  return range(axis.size).filter(cell => !read.has(cell));
}
