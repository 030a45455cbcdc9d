// The settings on the page, and the address, in which they stand.

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
      : isArray(value) ? value.map((each, i) => (each ?? s.size[i]) + by) : value + by;
    const why = refusal({ ...s, [name]: next }), onclick = () => change({ [name]: next }, `${label(name)} ${one(next)}: `);
    return make('button', { name: name + how, textContent, ariaLabel: `${label(name)} ${how}`, ariaDisabled: String(!!why), title: why, onclick });
  };
  return make('span', { className: 'control' }, label(name).replace('el size', 'el'), button(-1, '−', 'less'),
    make('output', { textContent: [one(value)].flat().map(each => each ?? 'all').join('×') }), button(1, '+', 'more'));
}

function chooser(name, keys, value, onchoose, whyNot = () => '') {
  const options = keys.map(key => make('option', { value: key, textContent: [key === 'own' ? 'given' : key, whyNot(key)].filter(Boolean).join(': '), disabled: !!whyNot(key) }));
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
    ...taken('padding_mode').map(name => chooser('Padding mode', MODES, s[name],
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
  $('reset').hidden = own;
  for (const badge of all('.badge')) badge.textContent = own ? "✓ PyTorch's values" : 'computed here';
  const worked = [...new Set(axes(s).map(axis => formula(axis, (part, text) => tag('span', { class: 'of-' + part }, text))))];
  $('formula').innerHTML = worked.join(', ');
}

const listed = (values, shape) => values.length > 4000 ? '' : range(values.length / shape.at(-1), row =>
  (row && row % shape.at(-2) === 0 ? '\n' : '') + values.slice(row * shape.at(-1), (row + 1) * shape.at(-1)).map(written).join(' ')).join('\n');

for (const [id, values, set] of [['input-numbers', () => x, setInput], ['weight-numbers', () => w, setWeights]])
  $(id).onchange = () => {
    const typed = $(id).value.trim().split(/[\s,;]+/).map(Number), wanted = values().length;
    if (typed.length !== wanted || !typed.every(isFinite)) return note(`${wanted} numbers are wanted here, and these are ${typed.length}`);
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

const { hasOwn } = Object, PER_AXIS = ['size', 'kernel_size', 'stride', 'padding', 'dilation', 'output_padding', 'output_size'];
const MODES = ['zeros', 'reflect', 'replicate', 'circular'];

// Whether what the address says can be a setting at all; whether torch takes it is for `refusal`.
function fits(name, value) {
  if (name === 'padding_mode') return MODES.includes(value);
  if (typeof DATA.layer[name] === 'boolean' || ['bias', 'ceil_mode', 'count_include_pad'].includes(name)) return typeof value === 'boolean';
  if (name === 'norm_type') return typeof value === 'number';
  if (name === 'padding' && (value === 'same' || value === 'valid')) return true;
  return isArray(value) ? value.every(each => isInteger(each) || (each === null && name === 'output_size')) : isInteger(value);
}

// How much there is to hold and to work out; an address may ask for more than a browser bears.
const weight = layer => max(product(shapeOf(layer)), product(outputShape(layer)) * product(layer.kernel_size ?? []), product(weightShape(layer) ?? []));
const tooLarge = layer => !refusal(layer) && weight(layer) > max(1e5, 4 * weight(DATA.layer));

function recall() {
  const said = Object.fromEntries(new URLSearchParams(location.hash.slice(1))), { step = DATA.step + 1, family } = said;
  stamping = !said.gather;
  reset();
  const next = switched(hasOwn(TAKES, family) ? family : s.family);
  const read = text => { try { return text === '' ? null : JSON.parse(text); } catch { return +text || text; } };
  for (const name of [...TAKES[next.family], 'size', 'in_channels']) if (name in said) {
    const value = said[name].split(',').map(read), each = s.size.map((_, i) => value[i % value.length]);
    const asked = PER_AXIS.includes(name) && typeof value[0] !== 'string' ? each : value[0];
    if (fits(name, asked)) next[name] = asked;
  }
  if (tooLarge(next)) return note('the address asks for more than this page can hold');
  change(next);
  const refused = $('note').textContent;
  if (hasOwn(INPUTS, said.input) || hasOwn(DATA.samples, said.input)) choose(said.input);
  if (hasOwn(DATA.filters, said.weights)) weigh(said.weights);
  const numbers = (text, old) => text?.split(' ').length === old.length ? text.split(' ').map(each => +each || 0) : old;
  if (!refused) [x, w, b] = [numbers(said.x, x), numbers(said.w, w), numbers(said.b, b)];
  changed();
  note(refused);
  go(step - 1, true);
}
