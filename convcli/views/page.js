// The page: settings in, pictures out. What a layer does is asked of the arithmetic, where things stand of the layout.
const $ = id => document.getElementById(id);
const all = query => document.querySelectorAll(query);
const DATA = JSON.parse($('data').textContent);
const { keys, assign } = Object;
const LEVELS = 8;  // of a hue
const MANY = 900;  // cells of a map that are drawn one by one
const HUGE = 300000;  // products that are worked out at once
const LINE = { size: 1, outputs: 1 };  // the axis that a layer of one axis lacks

// ---- the layer as it is set now

const unpacked = values => Array.isArray(values) ? values
  : [...new Float32Array(Uint8Array.from(atob(values), letter => letter.charCodeAt(0)).buffer)];
let s = DATA.layer, x, w, b, weighed;  // the settings, the tensors, and the shape that the weights were made for
let inputName, weightName;  // which of those to choose from they are; 'own': none
let own, maps;  // whether all is PyTorch's still, and the output maps that were worked out
let now = 0, peek = null, lit = null, firstRow = 0, timer = null, stamping = true, printing = false;

const equal = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const same = (one, other) => one.length === other.length && one.every((value, i) => Object.is(value, other[i]));
const one = value => Array.isArray(value) && value[0] !== null && value.every(each => each === value[0]) ? value[0] : value;
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
function random(i) {
  const t = Math.imul(i + 1, 0x6D2B79F5), u = Math.imul(t ^ t >>> 15, t | 1);
  return ((u ^ u >>> 14) >>> 0) / 2 ** 32;
}

// Numbers of one shape in another: what was there stays, the first `repeated` axes repeat, new taps are filled.
const fitted = (values, from, to, repeated, fill) => cells(to).map((index, i) => {
  const was = index.map((at, axis) => axis < repeated ? at % from[axis] : at);
  return was.every((at, axis) => at < from[axis]) ? values[offset(from, was)] : fill(i);
});

// Set anew if torch would take it; else say why not. `fill` sets the tensors that have to follow.
function change(patch, what = '', fill = () => {}) {
  const next = { ...s, ...patch }, why = refusal(next), was = shapeOf(s);
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
    const typed = weighed && w.every(Number.isInteger);  // then what is new is 0
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
    padding: Array.isArray(padding) || family !== 'Conv' ? s.size.map((_, i) => min(+padding[i] || 0, floor(kernel_size[i] / limit)))
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
  digit: (r, c, high, wide) => DIGIT[floor(r * 7 / high)][floor(c * 7 / wide)] === '#' ? 9 : 0,
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
    x = name === 'own' ? OWN.x : values ?? spread(INPUTS[name]);
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

// What an output cell has got from the stamps so far; null: none has reached it.
function soFar(cell) {
  const size = plain(s.size), upTo = offset(size, view.cell), found = terms(s, x, w, indexOf(view.map, cell));
  const stamped = found.filter(term => offset(size, flat() ? [0, ...term.at] : term.at.slice(-2)) <= upTo);
  if (stamped.length === found.length && (found.length || upTo === product(size) - 1))
    return valueAt(view.map, cell);
  return stamped.length ? combined(s, stamped, biasOf(s, b, leadOf(view.map)[0])) : null;
}

// What no window reads along an axis.
function unread(axis) {
  const read = adaptive(axis) ? range(axis.size) : range(outputOf(axis), i => taps(axis, i).map(tap => tap[2])).flat();
  return range(axis.size).filter(cell => !read.includes(cell));
}

// ---- where it stands on the page

let view;  // the step that is shown, its layout, and which rows and columns are drawn

const largest = values => values.reduce((most, value) => Number.isFinite(value) ? max(most, abs(value)) : most, 0);
const longest = values => values.reduce((most, value) => max(most, short(value).length), 1);
const powers = () => s.family === 'LPPool' && Number.isFinite(s.norm_type);

// What is the same for every step of a map: the longest numbers, the largest magnitudes, what is never read.
function survey(map) {
  const outputs = cells(outputSize()), every = ceil(outputs.length / 200), values = valuesOf(map), walks = plane();
  const products = outputs.filter((_, i) => i % every === 0).flatMap(cell => terms(s, x, w, indexOf(map, cell)))
    .flatMap(term => term.counts ? [term.product] : []);
  return { map, digits: [longest(x), longest(values)], product: longest(products),
    factors: multiplies(s) ? [longest(x), longest(w)] : powers() ? [longest(x), 1] : [0, 0],
    most: [x, products, values].map(largest), unread: walks.map(unread),
    window: walks.map(axis => slides(axis) || stamps() ? axis.kernel ?? 1
      : max(1, ...range(min(200, outputOf(axis)), i => taps(axis, i).length))) };
}

// The rows or columns that are drawn: all, or as many as there is room for around the tile.
function crop([first, last], [start, length], most) {
  if (last - first <= most) return [first, last];
  const from = max(first, min(round(start + (length - most) / 2), last - most));
  return [from, from + most];
}

function measure(shown) {
  const box = stage.getBoundingClientRect(), narrow = box.width < 600, surveyed = view?.surveyed?.map === shown.map
    ? view.surveyed : survey(shown.map), end = (axis, size) => (size - 1) * axis.stride - axis.before + extent(axis);
  const cropped = (lines, tile) => lines.map((line, i) =>
    crop(line, tile[i], floor(i ? box.width / 5 : box.height / (narrow ? 7 : 2.4))));
  const input = cropped(plane().map(axis => slides(axis) ? [line(axis)[0], max(line(axis)[1], end(axis, outputOf(axis)))]
    : line(axis)), stamps() ? single(shown.cell) : shown.tile);
  const output = cropped(plane().map((axis, i) => axis.transposed ? [-axis.before, max(outputOf(axis), end(axis, axis.size))]
    : [0, outputSize()[i]]), stamps() ? shown.tile : single(shown.cell));
  const { digits, factors, product, window } = surveyed, length = ([first, last]) => last - first, before = view;
  view = { ...shown, surveyed };
  const [over, folding, made] = headings(shown.rows[0]).map(text => text.length);
  const wanted = { inputs: max(1, shown.rows.length), input: input.map(length), window, output: output.map(length), digits,
    factors, product, heads: [6 + over, folding + (shown.rows.length > 1 && multiplies(s) ? 10 : 0), 7 + made] };
  const room = { width: box.width - 6, height: box.height - 8, label: narrow ? 13 : 15, least: 12, current: narrow ? 12 : 15 };
  const layout = equal([wanted, room], [before?.wanted, before?.room]) ? before.layout : arrange(wanted, room);
  assign(view, { wanted, room, layout, drawn: [input, output] });
}

const single = at => at.map(each => [each, 1]);
const whole = size => size.map(each => [0, each]);
const on = (map, at) => at.map(([start, length], i) => [start - view.drawn[map][i][0], length]);
const boxOf = (grid, [[top, high], [left, wide]]) => ({ left: grid.x + left * grid.width, top: grid.y + top * grid.height,
  right: grid.x + (left + wide) * grid.width, bottom: grid.y + (top + high) * grid.height });

// ---- drawing

const tint = (value, most) => value === 0 || value !== value ? 'z'
  : (value < 0 ? 'n' : 'p') + max(1, round(min(1, most ? abs(value) / most : 1) * LEVELS));
const tinted = (values, most = largest(values)) => values.map(value => tint(value, most));
const tag = (name, attributes, inside = '') =>
  `<${name} ${Object.entries(attributes).map(([key, value]) => `${key}="${value}"`).join(' ')}>${inside}</${name}>`;
const ink = name => `var(--${name})`;
const place = ({ left, top, right, bottom }, inset = 0) =>
  ({ x: left + inset, y: top + inset, width: max(0, right - left - 2 * inset), height: max(0, bottom - top - 2 * inset) });
const rect = (box, kind, more, inset) => tag('rect', { ...place(box, inset), class: kind, ...more });
const words = (x, y, size, text, fill, bold) =>
  tag('text', { x, y, style: `font-size:${size}px;font-weight:${bold ? 700 : 400}`, fill: ink(fill) }, text);
const head = (grid, text, quiet) => tag('text', { class: 'head', x: grid.x, y: grid.y - 0.6 * view.room.label },
  text + ' ' + tag('tspan', { fill: ink('muted') }, quiet));
const times = list => list.join(' × ');
const FILLS = { padding: 'panel', cut: 'panel', blank: 'paper', over: 'grid' };  // of cells without a hue

// A map: each cell has a value, or a kind that says why it has none; `text` is lines: how far down, their size and words.
let pictures = {};  // of input maps, which stay the same from step to step
function paint(grid, [rows, columns], most, cellAt, key) {
  const name = ({ value, kind }) => FILLS[kind] ?? tint(value, most), every = () => cells([rows, columns]).map(cellAt);
  if (rows * columns > MANY) {
    const box = boxOf(grid, whole([rows, columns])), href = pictures[key] ?? shaded(columns, rows, every().map(name)).toDataURL();
    if (key) pictures[key] = href;
    return [tag('image', { ...place(box), preserveAspectRatio: 'none', href }) + rect(box, 'cell', { fill: 'none' }), ''];
  }
  const drawn = every();
  return [0, 1].map(part => drawn.map((cell, i) => {
    const box = boxOf(grid, single([floor(i / columns), i % columns])), { kind, value, up = 0 } = cell;
    if (!part) return rect(box, 'cell ' + (kind || ''), { fill: ink(name(cell)) });
    const text = !grid.type || value === null || value === undefined ? [] : cell.text ?? [[0.5 - up, grid.type, short(value)]];
    return text.map(([down, size, written, bold]) => words((box.left + box.right) / 2, box.top + down * grid.height, size,
      written, kind ? 'muted' : 'on-' + name(cell), bold)).join('');
  }).join(''));
}

function shaded(columns, rows, names) {
  const canvas = make('canvas', { width: columns, height: rows }), pen = canvas.getContext('2d'), known = {};
  const pixels = pen.createImageData(columns, rows), style = getComputedStyle(document.documentElement);
  names.forEach((name, i) => {
    known[name] ??= style.getPropertyValue(`--${name}`).match(/\w\w/g).map(hex => parseInt(hex, 16));
    pixels.data.set([...known[name], 255], 4 * i);
  });
  pen.putImageData(pixels, 0, 0);
  return canvas;
}

const inputCells = (row, grid, up) => paint(grid, view.wanted.input, view.surveyed.most[0], cell => {
  const at = cell.map((each, i) => each + view.drawn[0][i][0]), stands = inputAt(row, at);
  return plane().some((axis, i) => at[i] >= line(axis)[1]) ? { kind: 'over' }
    : { value: stands.value, kind: stands.padding && 'padding', up };
}, [row.channel, row.cell, ...view.drawn[0]].join());

const productCells = (row, grid) => paint(grid, view.grid, view.surveyed.most[1], ([i, j]) => {
  const { stops: [down, across], layout: { form } } = view, size = grid.type, bold = 1.2 * size;
  const term = row.terms[i * across.length + j];
  if (i >= down.length || j >= across.length) return { kind: 'over' };
  if (!term.counts) return { kind: 'padding' };
  const value = term.product, result = short(value), read = short(term.x), weight = short(term.w);
  return { value, text: form === 'alone' ? [[0.5, size, result, true]]
    : form === 'tall' && !powers() ? [[0.2, size, read], [0.47, size, `× ${weight}`], [0.78, bold, result, true]]
    : [[0.3, size, powers() ? `${read}^${s.norm_type}` : `${read} × ${weight}`], [0.7, bold, result, true]] };
});

const outputCells = () => {
  const size = outputSize(), values = valuesOf(view.map);
  return paint(view.layout.output, view.wanted.output, view.surveyed.most[2], cell => {
    const at = cell.map((each, i) => each + view.drawn[1][i][0]), i = offset(size, at);
    if (at.some((each, axis) => each < 0 || each >= size[axis])) return { kind: 'cut' };
    const value = printing ? values[i] : stamps() ? soFar(at) : i <= offset(size, view.cell) ? values[i] : null;
    return value === null ? { kind: 'blank' } : { value };
  });
};

// A window or a stamp, from its first cell on: its outline, its taps where there are gaps between them, its weights.
function tileOf(grid, stops, [[top, high], [left, wide]], chipAt) {
  const thick = max(1.5, min(4, grid.height / 8)), frame = boxOf({ ...grid, x: 0, y: 0 }, whole([high, wide]));
  const gaps = (high > stops[0].length || wide > stops[1].length) && grid.height > 8, taps = gaps || chipAt ? stops : [[], []];
  return rect(frame, 'halo', { 'stroke-width': thick + 4 }) + rect(frame, 'edge', { 'stroke-width': thick })
    + choices(taps.map(each => each.map((at, i) => [at, i]))).map(([[r, i], [c, j]]) => {
      const box = boxOf({ ...grid, x: 0, y: 0 }, single([r - top, c - left])), chip = chipAt ? chipAt(i, j) : '';
      const width = chip.length * GLYPH * 12 + 4, label = { left: box.right - width - 3, top: box.bottom - 18, right: box.right - 3, bottom: box.bottom - 3 };
      return (gaps ? rect(box, 'edge', { 'stroke-width': 2 }, 2) : '') + (chip && rect(label, 'chip', { rx: 3 })
        + words(label.right - width / 2, box.bottom - 10, 12, chip, 'paper'));
    }).join('');
}

function guide(from, to) {
  const beside = to.left > from.right - 1, start = beside ? [[from.right, from.top], [from.right, from.bottom]]
    : [[from.left, from.bottom], [from.right, from.bottom]];
  const end = beside ? [[to.left, to.top], [to.left, to.bottom]] : [[to.left, to.top], [to.right, to.top]];
  return tag('path', { class: 'cone', d: `M${start[0]}L${end[0]}L${end[1]}L${start[1]}z` })
    + tag('path', { class: 'guide', d: `M${start[0]}L${end[0]}M${start[1]}L${end[1]}` });
}

// Brackets at what is never read; rings around a maximum's winner, what padding copies (dotted), and what is lit.
function marks(row, i, grid, block) {
  const wide = view.stops[1].length, seen = view.wanted.input, ring = (box, more) => rect(box, 'ring', more, 4);
  const path = view.surveyed.unread.map((missed, axis) => missed.map(at => at - view.drawn[0][axis][0])
    .filter(at => at >= 0 && at < seen[axis]).map(at => {
      const box = boxOf(grid, axis ? [[0, seen[0]], [at, 1]] : [[at, 1], [0, seen[1]]]);
      return axis ? `M${box.left + 2} ${box.bottom + 2}v5H${box.right - 2}v-5` : `M${box.right + 2} ${box.top + 2}h5V${box.bottom - 2}h-5`;
    }).join('')).join('');
  return tag('path', { class: 'missed', d: path }) + row.terms.map((term, t) => {
    const [r, c] = [floor(t / wide), t % wide], at = [view.stops[0][r], view.stops[1][c]], folded = boxOf(block, single([r, c]));
    const read = on(0, single(at)), { padding, from } = stamps() ? {} : inputAt(row, at), chosen = lit?.row === i && lit.term === t;
    return (padding && from ? ring(boxOf(grid, on(0, single(from))), { 'stroke-dasharray': '2 3' }) : '')
      + (term.wins ? ring(boxOf(grid, read), { rx: 20 }) + ring(folded, { rx: 20 }) : '')
      + (chosen ? ring(folded) + ring(stamps() ? boxOf(view.layout.output, on(1, single(at))) : boxOf(grid, read)) : '');
  }).join('');
}

// What stands over an input map, its products and the output map; the sizes are in the title, too.
function headings(row) {
  const made = times(unfolds() ? outputSize() : axes(s).map(outputOf)), missed = view.surveyed.unread.flat().length ? ', bracketed: never read' : '';
  const several = view.rows.length > 1 || s.in_channels > 1;
  return [(several ? `channel ${row?.channel}${deep() ? `, depth ${row?.depth}` : ''}` : times(s.size)) + missed,
    multiplies(s) ? 'Input × weight' : powers() ? 'Powers' : 'Values',
    mapCount() > 1 ? `channel ${leadOf(view.map).join(', depth ')}` : made];
}

function draw(jump = false) {
  measure(look(peek ?? now));
  const { rows, cell, tile, stops, grid, wanted, surveyed, layout: { inputs, products, output } } = view, first = inputs[0];
  const shown = rows.slice(firstRow, firstRow + inputs.length), reached = rows.length && stops.every(each => each.length);
  const chips = multiplies(s) && !stamps() && first.type && first.height >= 44 && (wanted.factors[1] + 1) * GLYPH * 12 + 8 <= first.width;
  const read = on(0, stamps() ? single(cell) : tile), made = on(1, stamps() ? tile : single(cell));
  const parts = { ground: '', guides: '', numbers: '', rings: '' }, put = ([ground, numbers]) => { parts.ground += ground; parts.numbers += numbers; };
  shown.forEach((row, i) => {
    const folded = boxOf(products[i], whole(grid)), several = wanted.inputs > 1, sum = total(row.terms.map(term => term.product));
    put(inputCells(row, inputs[i], chips ? 0.14 : 0));
    put(productCells(row, products[i]));
    if (reached) parts.guides += guide(boxOf(inputs[i], read), folded) + (i < shown.length - 1 && (i || output.x < folded.right) ? '' : guide(folded, boxOf(output, made)));
    const [input, folding] = headings(row);
    parts.numbers += head(inputs[i], i ? '' : 'Input', input) + head(products[i], i ? '' : folding, several && multiplies(s) ? `Σ ${short(sum)}` : '');
    parts.rings += marks(row, firstRow + i, inputs[i], products[i]);
  });
  put(outputCells());
  parts.numbers += head(output, 'Output', headings(rows[0])[2]);
  for (const id in parts) $(id).innerHTML = parts[id];
  const window = stamps() ? () => tileOf(first, single(cell).map(([at]) => [at]), single(cell))
    : row => tileOf(first, stops, tile, chips && ((i, j) => `×${short(row.terms[i * stops[1].length + j].w)}`));
  move('window', first, read, reached ? shown.map((row, i) => tag('g', { transform: `translate(0 ${inputs[i].y - first.y})` }, window(row))).join('') : '', jump);
  move('made', output, made, stamps() ? tileOf(output, stops, tile) : tileOf(output, cell.map(at => [at]), single(cell)), jump);
  say();
  drawBar();
}

// Glide within a row; jump at its end.
function move(id, grid, [[top], [left]], drawn, jump) {
  const group = $(id), row = view.cell[0];
  group.innerHTML = drawn;
  group.classList.toggle('jump', jump || group.row !== row);
  group.style.transform = `translate(${grid.x + left * grid.width}px, ${grid.y + top * grid.height}px)`;
  group.getBoundingClientRect();
  group.row = row;
}

// ---- in words

// A number of a sentence: four decimals, or as many digits as it takes.
const long = value => !Number.isFinite(value) || Number.isInteger(value) ? short(value)
  : String(abs(value) >= 1e-3 && abs(value) < 1e5 ? +value.toFixed(4) : +value.toPrecision(4));
const factor = value => value < 0 ? `(${long(value)})` : long(value);
const total = list => list.reduce((sum, value) => sum + value, 0);
const spot = cell => flat() ? cell[1] : `(${cell.join(', ')})`;
const what = () => s.family.includes('Max') ? 'largest' : s.family.includes('Avg') ? 'mean' : `${s.norm_type}-norm`;

// How the terms make the output, and the numbers that are said.
function sum() {
  const values = view.found.filter(term => term.counts).map(term => term.x), sums = view.rows.map(row => total(row.terms.map(term => term.product)));
  const listed = (sign, each = factor) => values.length <= 12 ? values.map(each).join(sign) : `${values.length} values`;
  if (unfolds()) return ['a copy of the ringed cell', []];
  if (powers()) return [`(${listed(' + ', value => `${factor(value)}^${s.norm_type}`)})^(1/${s.norm_type})`, [1e-9]];
  if (what() === 'mean') return [`(${listed(' + ')}) / ${s.divisor_override || values.length}`, values];
  if (!multiplies(s)) return [`largest of ${listed(', ')}`, values];
  const said = sums.length > 6 ? `Σ of ${sums.length} maps ${long(total(sums))}` : sums.length === 1 ? `Σ ${long(sums[0])}` : sums.map(factor).join(' + ');
  const bias = biasOf(s, b, view.output[0]);
  return [(said || 'nothing') + (s.bias ? ` + bias ${factor(bias)}` : ''), [...sums, bias]];
}

function say() {
  const exact = value => +long(value) === value || !Number.isFinite(value), value = valueAt(view.map, view.cell);
  let text = '';
  if (stamps()) {
    const values = view.rows.slice(0, 6).map(row => long(row.terms[0].x)).join(', ');
    text = `Input cell ${spot(view.cell)} stamps <b>${values} × kernel</b> onto ${spot(view.tile.map(each => each[0]))} and on; overlaps add up`;
  } else {
    const [said, used] = sum();
    const sign = [...used, value].every(exact) ? '=' : '≈';
    text = `output[${view.output.join(', ')}] ${sign} ${said} ${sign} <b>${long(value)}</b>`;
  }
  if ($('line').innerHTML !== text) $('line').innerHTML = text;
  $('sentence').textContent = `Step ${(peek ?? now) + 1} of ${count()}: ${$('line').textContent}.`;
  describe();
}

// The product that is pointed at or kept: its two numbers, to be typed over.
function describe() {
  const term = lit && (lit.row === undefined ? lit : view.rows[lit.row]?.terms[lit.term]);
  if (lit?.kept && $('detail').contains(document.activeElement)) return;
  const field = (values, at, ariaLabel, set) => make('input', { type: 'number', step: 'any', value: long(values[at]), ariaLabel, onchange: event => {
    const kept = lit;
    set(values.with(at, +event.target.value));
    event.target.blur();
    changed();
    lit = kept;
    draw();
  } });
  $('detail').replaceChildren(...!term ? ['Click a number of the input, or a product, to change it.'] : [
    ...term.input < 0 ? ['padding 0'] : [`input[${unravel(shapeOf(s), term.input).join(', ')}]`, field(x, term.input, 'Input', setInput)],
    ...term.weight < 0 ? [] : [`× weight[${unravel(weighed, term.weight).join(', ')}]`, field(w, term.weight, 'Weight', setWeights), `= ${long(term.product)}`]]);
}

const setInput = values => { [x, inputName] = [values, 'own']; };
const setWeights = values => { [w, weightName] = [values, 'own']; };

function title() {
  const size = times(s.size), made = times(axes(s).map(outputOf)), kernel = times(s.kernel_size), step = one(s.stride);
  const of = noun => flat() ? `${noun} of ${kernel}` : `${kernel} ${noun}`;
  if (s.family === 'Conv') return `A ${of('kernel')} slides over ${size} in steps of ${step} and makes ${made}`;
  if (s.family === 'ConvTranspose') return `Each of ${size} cells stamps a ${of('kernel')}, ${step} apart, onto ${made}`;
  if (unfolds()) return `Every ${of('window')} over ${size} becomes a column`;
  return `The ${what()} of each ${takes(s, 'output_size') ? 'part' : `${of('window')}, in steps of ${step}`}: ${size} becomes ${made}`;
}

// ---- as code

const USUAL = { stride: 1, padding: 0, dilation: 1, output_padding: 0, groups: 1, bias: true, padding_mode: 'zeros', ceil_mode: false,
  count_include_pad: true, divisor_override: null };
const FLAGS = { in_channels: 'in', out_channels: 'out', kernel_size: 'kernel', count_include_pad: 'no-count-include-pad' };
const UNNAMED = ['in_channels', 'out_channels', 'norm_type', 'output_size'];
const layerName = () => s.family + (unfolds() ? '' : `${s.size.length}d`);

// The arguments that aren't what torch assumes: a pooling's stride is its kernel.
const asked = () => TAKES[s.family].map(name => [name, one(s[name] ?? null)]).filter(([name, value]) =>
  !(name in USUAL) || !equal(value, name === 'stride' && s.family.endsWith('Pool') ? one(s.kernel_size) : USUAL[name]));

function python() {
  const written = value => Array.isArray(value) ? `(${value.map(written).join(', ')})`
    : { Infinity: "float('inf')", null: 'None', true: 'True', false: 'False' }[value] ?? (typeof value === 'string' ? `'${value}'` : value);
  return `nn.${layerName()}(${asked().map(([name, value]) => (UNNAMED.includes(name) ? '' : `${name}=`) + written(value)).join(', ')})`;
}

// The shortest text of a float32; numbers as nested lists.
const written = value => String(range(9, i => +value.toPrecision(i + 1)).find(near => Math.fround(near) === Math.fround(value)) ?? value);
const nested = (values, [size, ...rest]) => size === undefined ? written(values[0])
  : `[${range(size, i => nested(values.slice(i * product(rest), (i + 1) * product(rest)), rest))}]`;

// The command that gives the same numbers; none where it would be too long to type.
function command() {
  const follows = { in_channels: s.in_channels, out_channels: max(1, s.groups) };  // from the rest
  const flags = asked().flatMap(([name, value]) => name === 'bias' || follows[name] === value ? [] : [`--${FLAGS[name] ?? name.replaceAll('_', '-')}`,
    ...typeof value === 'boolean' ? [] : [[value].flat().map(each => each ?? 'none').join('x')]]);
  const input = ownInput() ? DATA.input : `--input "${nested(x, s.in_channels > 1 ? shapeOf(s) : s.size)}"`;
  const weights = !multiplies(s) ? '' : !ownWeights() ? `--weight "${nested(w, weighed)}"${s.bias ? ` --bias "${b.map(written)}"` : ''}`
    : s.bias || DATA.weights?.includes('--weight') ? DATA.weights : `--no-bias ${DATA.weights}`;
  const text = ['convcli', layerName().toLowerCase(), ...flags, input, weights].filter(part => part !== '').join(' ');
  return input === null || weights === null || text.length > 4000 ? '' : text.trim();
}

// ---- the settings on the page

const make = (tag, { name, ...properties } = {}, ...children) => {
  const made = assign(document.createElement(tag), properties);
  if (name) made.dataset.name = name;
  made.append(...children);
  return made;
};
const label = name => (name[0].toUpperCase() + name.slice(1)).replaceAll('_', ' ');

// One less and one more of a setting, on every axis alike; what can't be says why.
function stepper(name) {
  const value = s[name], button = (by, textContent, how) => {
    const next = typeof value === 'string' ? s.size.map(() => max(0, by))
      : Array.isArray(value) ? value.map((each, i) => (each ?? s.size[i]) + by) : value + by;
    const why = refusal({ ...s, [name]: next }), onclick = () => change({ [name]: next }, `${label(name)} ${one(next)}: `);
    return make('button', { name: name + how, textContent, ariaLabel: `${label(name)} ${how}`, ariaDisabled: String(!!why), title: why, onclick });
  };
  return make('span', { className: 'control' }, label(name).replace('el size', 'el'), button(-1, '−', 'less'),
    make('output', { textContent: [one(value)].flat().map(each => each ?? 'all').join('×') }), button(1, '+', 'more'));
}

function chooser(name, keys, value, onchoose, whyNot = () => '') {
  const options = keys.map(key => make('option', { value: key, textContent: [key, whyNot(key)].filter(Boolean).join(': '), disabled: !!whyNot(key) }));
  const select = make('select', { name, onchange: () => onchoose(select.value) }, ...options);
  select.value = value;
  return make('label', { className: 'control' }, name, select);
}

function checkbox(name, checked, onchange, why = '') {
  return make('label', { className: 'control' }, make('input', { name, type: 'checkbox', checked, disabled: !!why, title: why, onchange }), label(name));
}

function drawSettings() {
  const focused = document.activeElement?.dataset.name, taken = (...names) => names.filter(name => takes(s, name));
  const families = keys(TAKES).filter((family, i) => i < 5 || family === s.family);
  all('.control').forEach(each => each.remove());
  $('more').before(
    chooser('Layer', families, s.family, family => change(switched(family)), family => family === s.family ? '' : refusal(switched(family))),
    ...taken('kernel_size', 'stride', 'padding', 'dilation', 'output_size').map(stepper),
    chooser('Input', ['own', ...keys(INPUTS), ...keys(DATA.samples)], inputName, choose, name => flat() && name === 'digit' ? 'has rows' : ''),
    ...taken('out_channels').map(() => chooser('Weights', ['own', ...keys(DATA.filters)], weightName, weigh)));
  $('rest').prepend(...['size', 'in_channels', ...taken('out_channels', 'groups', 'output_padding')].map(stepper),
    ...taken('padding_mode').map(name => chooser('Padding mode', ['zeros', 'reflect', 'replicate', 'circular'], s[name],
      mode => change({ [name]: mode }), mode => refusal({ ...s, [name]: mode }))),
    ...taken('norm_type').map(name => chooser('Norm type', [1, 2, 3, Infinity], s[name], p => change({ [name]: +p }))),
    ...taken('ceil_mode', 'count_include_pad', 'bias').map(name =>
      checkbox(name, s[name], () => change({ [name]: !s[name] }), refusal({ ...s, [name]: !s[name] }))),
    ...s.family === 'ConvTranspose' ? [checkbox('stamp, or else gather', stamping, () => { stamping = !stamping; now = 0; changed(); })] : []);
  $('input-numbers').value = listed(x, shapeOf(s));
  $('weight-numbers').value = multiplies(s) ? listed(w, weighed) : '';
  $('weight-numbers').parentNode.hidden = !multiplies(s);
  if (focused) document.querySelector(`[data-name="${focused}"]`)?.focus();
  $('title').textContent = title();
  $('code').textContent = own ? DATA.code : python();
  $('command').textContent = command();
  $('command').parentNode.hidden = !command();
  for (const badge of all('.badge')) badge.textContent = own ? "✓ PyTorch's values" : 'computed here';
  const worked = [...new Set(axes(s).map(axis => formula(axis, (part, text) => tag('span', { class: 'of-' + part }, text))))];
  $('formula').innerHTML = worked.join(', ');
}

const listed = (values, shape) => values.length > 4000 ? '' : range(values.length / shape.at(-1), row =>
  (row && row % shape.at(-2) === 0 ? '\n' : '') + values.slice(row * shape.at(-1), (row + 1) * shape.at(-1)).map(written).join(' ')).join('\n');

for (const [id, values, set] of [['input-numbers', () => x, setInput], ['weight-numbers', () => w, setWeights]])
  $(id).onchange = () => {
    const typed = $(id).value.trim().split(/[\s,;]+/).map(Number), wanted = values().length;
    if (typed.length !== wanted || !typed.every(Number.isFinite)) return note(`${wanted} numbers are wanted here, and these are ${typed.length}`);
    set(typed);
    return changed();
  };

// ---- the address is the lesson

function remember() {
  const said = new URLSearchParams(), numbers = (name, values, shown) => shown && values.length <= 400 && said.set(name, values.map(written).join(' '));
  for (const name of settings()) if (!equal(s[name], DATA.layer[name])) said.set(name, one(s[name]));
  if (inputName !== 'own') said.set('input', inputName); else numbers('x', x, !ownInput());
  if (multiplies(s)) {
    if (weightName !== 'own') said.set('weights', weightName); else numbers('w', w, !ownWeights());
    numbers('b', b, s.bias && !ownWeights());
  }
  if (!stamping) said.set('gather', true);
  if (now) said.set('step', now + 1);
  try { history.replaceState(null, '', `#${said}`); } catch { /* a page within another has no address */ }
}

function recall() {
  const said = Object.fromEntries(new URLSearchParams(location.hash.slice(1))), { step = DATA.step + 1, family } = said;
  stamping = !said.gather;
  reset();
  const next = switched(TAKES[family] ? family : s.family), read = text => { try { return JSON.parse(text); } catch { return +text || text; } };
  for (const name of [...TAKES[next.family], 'size', 'in_channels']) if (name in said) {
    const value = said[name].split(',').map(read);
    next[name] = Array.isArray(next[name]) && typeof value[0] === 'number' ? s.size.map((_, i) => value[i % value.length]) : value[0];
  }
  change(next);
  const refused = $('note').textContent;
  if (said.input in INPUTS || said.input in DATA.samples) choose(said.input);
  if (said.weights in DATA.filters) weigh(said.weights);
  const numbers = (text, old) => text?.split(' ').length === old.length ? text.split(' ').map(each => +each || 0) : old;
  if (!refused) [x, w, b] = [numbers(said.x, x), numbers(said.w, w), numbers(said.b, b)];
  changed();
  note(refused);
  go(step - 1, true);
}

// ---- playing

function drawBar() {
  const step = peek ?? now, strip = $('maps'), rows = view.rows.length, visible = view.layout.inputs.length;
  assign($('step'), { max: count(), value: step + 1, ariaValueText: `step ${step + 1} of ${count()}` });
  $('count').textContent = `${step + 1} / ${count()}`;
  strip.hidden = mapCount() === 1;
  if (strip.drawn !== maps) strip.replaceChildren(...strip.hidden ? [] : range(min(mapCount(), 200), thumbnail));
  strip.drawn = maps;
  [...strip.children].forEach((button, map) => { button.ariaPressed = String(map === view.map); });
  $('pages').hidden = rows <= visible;
  $('which').textContent = `${range(min(visible, rows - firstRow), i => firstRow + i + 1).join(', ')} of ${rows} input maps`;
}

function page(by) {
  firstRow = max(0, min(view.rows.length - view.layout.inputs.length, firstRow + by * view.layout.inputs.length));
  draw(true);
}

function thumbnail(map) {
  const [rows, columns] = outputSize(), lead = leadOf(map), steps = product(walked());
  const products = product(outputShape(s)) * rowsOf(map, [0, 0]).length * product(s.kernel_size);
  return make('button', { ariaLabel: `Output channel ${lead.join(', depth ')}`, onclick: () => leap(map * steps + now % steps) },
    !own && products > HUGE ? lead.join('.') : shaded(columns, rows, tinted(valuesOf(map))));
}

function go(step, jump = false) {
  now = max(0, min(count() - 1, floor(step) || 0));
  peek = null;
  if (!lit?.kept) lit = null;
  draw(jump);
  remember();
}

function leap(step) {
  stop();
  go(step);
}

function stop() {
  clearTimeout(timer);
  timer = null;
  $('play').textContent = 'Play';
  $('sentence').ariaLive = 'polite';
}

function play() {
  if (timer) return stop();
  const later = what => { timer = setTimeout(what, $('speed').value); }, tick = () => {
    go(now + 1);
    later(now === count() - 1 ? stop : tick);
  };
  if (now === count() - 1) go(0, true);
  $('play').textContent = 'Pause';
  $('sentence').ariaLive = 'off';
  return later(tick);
}

addEventListener('keydown', event => {
  const { key, target } = event, wide = walked()[1];
  if (event.altKey || event.ctrlKey || event.metaKey || target.matches('textarea, select, [type=number]')) return;
  const to = { ArrowLeft: now - 1, ArrowRight: now + 1, ArrowUp: now - wide, ArrowDown: now + wide, Home: 0, End: count() - 1, Escape: now };
  if (key === ' ' && !target.matches('button:not(#play), summary, input')) play();
  else if (key in to) {
    if (key === 'Escape') lit = null;
    leap(to[key]);
  } else return;
  event.preventDefault();
});

for (const [id, act] of Object.entries({ play, back: () => leap(now - 1), next: () => leap(now + 1),
  reset: () => { stop(); now = 0; reset(); }, earlier: () => page(-1), later: () => page(1) })) $(id).onclick = act;
$('step').oninput = event => leap(event.target.value - 1);

// ---- pointing

// What stands under the pointer: a cell of an input map, a product, or a cell of the output.
function under(event) {
  const box = stage.getBoundingClientRect(), { drawn, wanted, layout, stops } = view, inside = (grid, size) => {
    const at = [floor((event.clientY - box.top - grid.y) / grid.height), floor((event.clientX - box.left - grid.x) / grid.width)];
    return at.every((each, i) => each >= 0 && each < size[i]) && at;
  };
  const placed = (at, map) => at.map((each, axis) => each + drawn[map][axis][0]);
  for (const i of layout.inputs.keys()) {
    const row = firstRow + i, folded = inside(layout.products[i], stops.map(each => each.length)), at = inside(layout.inputs[i], wanted.input);
    if (folded) return { row, term: folded[0] * stops[1].length + folded[1] };
    if (at && view.rows[row]) return { row, read: placed(at, 0) };
  }
  const at = inside(layout.output, wanted.output);
  return at ? { made: placed(at, 1) } : {};
}

// The step whose window, or stamp, stands nearest to a place.
function stepAt({ read, made }) {
  const size = walked(), at = read ?? made, direct = !read === !stamps();
  const middle = (axis, i) => adaptive(axis) ? (i + 0.5) * axis.size / axis.outputs - 0.5
    : slides(axis) || stamps() ? i * axis.stride - axis.before + (extent(axis) - 1) / 2 : (i + axis.before - (extent(axis) - 1) / 2) / axis.stride;
  if (unfolds() && !direct) return now;
  const away = (axis, i, each) => abs(middle(axis, each) - at[i]), cell = plane().map((axis, i) => direct ? max(0, min(size[i] - 1, at[i]))
    : range(size[i]).reduce((best, each) => away(axis, i, each) < away(axis, i, best) ? each : best, 0));
  return view.map * product(size) + offset(size, cell);
}

const stage = $('stage');
stage.onpointermove = event => {
  const found = under(event), cell = found.read || found.made;
  if (timer) return;
  if (event.buttons && cell) return go(stepAt(found));
  if (event.pointerType !== 'mouse' || lit?.kept) return;
  const before = [peek, lit];
  peek = cell ? stepAt(found) : found.term === undefined ? null : peek;
  lit = found.term === undefined ? null : found;
  if (!equal(before, [peek, lit])) draw();
};
stage.onpointerleave = () => { if (!timer && (peek !== null || (lit && !lit.kept))) go(now); };
stage.onpointerdown = event => {
  const found = under(event), input = found.read && inputAt(view.rows[found.row], found.read).input;
  lit = found.term !== undefined ? { ...found, kept: true } : input !== undefined ? { input, weight: -1, kept: true } : null;
  leap(found.read || found.made ? stepAt(found) : found.term === undefined ? now : peek ?? now);
};

for (const button of all('code + .copy')) button.onclick = async () => {
  const text = button.previousElementSibling;
  try { await navigator.clipboard.writeText(text.textContent); } catch {
    getSelection().selectAllChildren(text);
    document.execCommand('copy');
  }
  button.textContent = 'Copied';
};

all('[hidden]').forEach(part => part.removeAttribute('hidden'));
const roomy = matchMedia('(min-width: 701px)');
roomy.onchange = () => { $('settings').open = roomy.matches; };
roomy.onchange();
recall();
new ResizeObserver(() => draw(true)).observe(stage);
matchMedia('(prefers-color-scheme: dark)').onchange = () => { pictures = {}; $('maps').drawn = null; draw(true); };
addEventListener('hashchange', recall);
for (const [when, is] of [['beforeprint', true], ['afterprint', false]]) addEventListener(when, () => { stop(); printing = is; draw(true); });
