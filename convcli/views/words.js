// What is said of a step and of the layer: the sentence, the title, the code, the command.

// A number of a sentence: four decimals, or as many digits as it takes.
const long = value => !isFinite(value) || isInteger(value) ? short(value)
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
  if (powers()) return [`(${listed(' + ', value => factor(value) + '^' + s.norm_type)})^(1/${s.norm_type})`, [1e-9]];
  if (what() === 'mean') return [`(${listed(' + ')}) / ${s.divisor_override || values.length}`, values];
  if (!multiplies(s)) return [`largest of ${listed(', ')}`, values];
  const said = sums.length > 6 ? `Σ of ${sums.length} maps ${long(total(sums))}` : sums.length === 1 ? `Σ ${long(sums[0])}` : sums.map(factor).join(' + ');
  const bias = biasOf(s, b, view.output[0]);
  return [(said || 'nothing') + (s.bias ? ` + bias ${factor(bias)}` : ''), [...sums, bias]];
}

const axisNames = () => unfolds() ? ['row', 'column'] : ['channel', ...flat() ? ['position'] : ['depth', 'row', 'column'].slice(-s.size.length)];

function say() {
  const exact = value => +long(value) === value || !isFinite(value), value = valueAt(view.map, view.cell);
  let text = '', spoken = '';
  if (stamps()) {
    const values = view.rows.slice(0, 6).map(row => long(row.terms[0].x)).join(', ');
    text = `Input cell ${spot(view.cell)} stamps <b>${values} × kernel</b> onto ${spot(view.tile.map(each => each[0]))} and on; overlaps add up`;
  } else {
    const [said, used] = sum();
    const sign = [...used, value].every(exact) ? '=' : '≈';
    text = `output[${view.output.join(', ')}] ${sign} ${said} ${sign} <b>${long(value)}</b>`;
    spoken = `output ${view.output.map((at, i) => axisNames()[i] + ' ' + at).join(', ')} is ${long(value)}, ${said.replace('Σ', 'the sum')}`;
  }
  if ($('line').innerHTML !== text) $('line').innerHTML = text;
  $('sentence').textContent = `Step ${(peek ?? now) + 1} of ${count()}: ${spoken || $('line').textContent}.`;
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
  return `The ${what()} of each ${takes(s, 'output_size') ? 'part' : of('window') + ', in steps of ' + step}: ${size} becomes ${made}`;
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
  const written = value => isArray(value) ? `(${value.map(written).join(', ')})`
    : { Infinity: "float('inf')", null: 'None', true: 'True', false: 'False' }[value] ?? (typeof value === 'string' ? `'${value}'` : value);
  return `nn.${layerName()}(${asked().map(([name, value]) => (UNNAMED.includes(name) ? '' : name + '=') + written(value)).join(', ')})`;
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
  const input = ownInput() ? DATA.input : x.length > 999 ? null : `--input "${nested(x, s.in_channels > 1 ? shapeOf(s) : s.size)}"`;
  const weights = !multiplies(s) ? '' : !ownWeights() ? w.length > 999 ? null : `--weight "${nested(w, weighed)}"` + (s.bias ? ` --bias "${b.map(written)}"` : '')
    : s.bias || DATA.weights?.includes('--weight') ? DATA.weights : `--no-bias ${DATA.weights}`;
  const text = ['convcli', layerName().toLowerCase(), ...flags, input, weights].filter(part => part !== '').join(' ');
  return input === null || weights === null ? '' : text.trim();
}
