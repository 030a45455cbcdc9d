// The page under keys and pointer: playing, stepping, pointing; and how it begins.

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

function recolour() {
  pictures = {};
  $('maps').drawn = null;
  draw(true);
}

all('[hidden]').forEach(part => part.removeAttribute('hidden'));
const roomy = matchMedia('(min-width: 701px)');
roomy.onchange = () => { $('settings').open = roomy.matches; };
roomy.onchange();
recall();
new ResizeObserver(() => draw(true)).observe(stage);
matchMedia('(prefers-color-scheme: dark)').onchange = recolour;
addEventListener('hashchange', recall);
for (const [when, is] of [['beforeprint', true], ['afterprint', false]]) addEventListener(when, () => {
  stop();
  printing = is;
  document.documentElement.classList.toggle('paper', is);
  if (is) stage.setAttribute('viewBox', `0 0 ${PAPER.width} ${PAPER.height}`); else stage.removeAttribute('viewBox');
  recolour();
});
