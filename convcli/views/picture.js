// The picture: the maps, the products, and the window over them, drawn for one step.

const PAPER = { width: 680, height: 600 };  // the room of a printed picture, which is scaled to the sheet
let view;  // the step that is shown, its layout, and which rows and columns are drawn

const largest = values => values.reduce((most, value) => isFinite(value) ? max(most, abs(value)) : most, 0);
const longest = values => values.reduce((most, value) => max(most, short(value).length), 1);
const powers = () => s.family === 'LPPool' && isFinite(s.norm_type);

// What is the same for every step of a map: the longest numbers, the largest magnitudes, what is never read.
function survey(map) {
  const outputs = cells(outputSize()), every = ceil(outputs.length / 200), values = valuesOf(map), walks = plane();
  const sampled = outputs.filter((_, i) => i % every === 0).map(cell => terms(s, x, w, indexOf(map, cell)));
  const products = sampled.flat().flatMap(term => term.counts ? [term.product] : []);
  const onTheWay = stamps() ? sampled.flatMap(found => found.map(last => partial(map, upTo(stampOf(last), found)))) : [];
  return { map, digits: [longest(x), max(longest(values), longest(onTheWay))], product: longest(products),
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
  const box = printing ? PAPER : stage.getBoundingClientRect(), narrow = box.width < 600, surveyed = view?.surveyed?.map === shown.map
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
  '<' + name + keys(attributes).map(key => ` ${key}="${attributes[key]}"`).join('') + `>${inside}</${name}>`;
const ink = name => `var(--${name})`, inkOn = name => `var(--on-${name},${ink('on-z')})`;
const place = ({ left, top, right, bottom }, inset = 0) =>
  ({ x: left + inset, y: top + inset, width: max(0, right - left - 2 * inset), height: max(0, bottom - top - 2 * inset) });
const rect = (box, kind, more, inset) => tag('rect', { ...place(box, inset), class: kind, ...more });
const words = (x, y, size, text, fill, bold) =>
  tag('text', { x, y, style: `font-size:${size}px;font-weight:${bold ? 700 : 400}`, fill }, text);
const head = (grid, text, quiet) => tag('text', { class: 'head', x: grid.x, y: grid.y - 0.8 * view.room.label },
  text + ' ' + tag('tspan', { fill: ink('muted') }, quiet));
const times = list => list.join('\u00a0×\u00a0');
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
      written, kind ? ink('muted') : inkOn(name(cell)), bold)).join('');
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
      const width = chip.length * GLYPH * 12 + 4, label = { left: box.right - width - 5, top: box.bottom - 20, right: box.right - 5, bottom: box.bottom - 5 };
      return (gaps ? rect(box, 'edge', { 'stroke-width': 2 }, 2) : '') + (chip && rect(label, 'chip', { rx: 3 })
        + words(label.right - width / 2, box.bottom - 12, 12, chip, ink('paper')));
    }).join('');
}

// Lines from cells of one grid to cells of another: along the grids' own lines as far as these go, so that no number is crossed.
function guide(from, around, to, into) {
  const beside = into.left > around.right - 1, [first, second] = (beside ? ['top', 'bottom'] : ['left', 'right']).map(side =>
    (beside ? [[from.right, from[side]], [around.right, from[side]], [into.left, to[side]], [to.left, to[side]]]
      : [[from[side], from.bottom], [from[side], around.bottom], [to[side], into.top], [to[side], to.top]]).map(String));
  return tag('path', { class: 'cone', d: `M${first[1]}L${first[2]}L${second[2]}L${second[1]}z` })
    + tag('path', { class: 'guide', d: `M${first.join('L')}M${second.join('L')}` });
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
  return [(several ? `channel ${row?.channel}${deep() ? ', depth ' + row?.depth : ''}` : times(s.size)) + missed,
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
    const folded = boxOf(products[i], whole(grid)), map = boxOf(inputs[i], whole(wanted.input)), several = wanted.inputs > 1, sum = total(row.terms.map(term => term.product));
    put(inputCells(row, inputs[i], chips ? 0.14 : 0));
    put(productCells(row, products[i]));
    if (reached) parts.guides += guide(boxOf(inputs[i], read), map, folded, folded)
      + (i < shown.length - 1 && (i || output.x < folded.right) ? '' : guide(folded, folded, boxOf(output, made), boxOf(output, whole(wanted.output))));
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
