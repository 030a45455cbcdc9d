// What is wrong with the pictures of a page's steps, in words; of very many steps some are looked at.
({ product, steps }) => {
  const found = new Set(), box = id => $(id).getBoundingClientRect(), every = Math.ceil(count() / steps);
  const within = (one, other, by = 1) => one.left >= other.left - by && one.top >= other.top - by
    && one.right <= other.right + by && one.bottom <= other.bottom + by;
  const meet = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
  const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  for (let step = 0; step < count(); step += every) {
    go(step, true);
    for (const id of ['window', 'made'])
      if ($(id).childElementCount && !within(box(id), screen)) found.add(`${id} off the screen at ${step}`);
    const stage = box('stage'), { layout, grid, rows } = view;
    for (const block of rows.length ? layout.products : []) {
      const [left, top] = [stage.left + block.x, stage.top + block.y];
      if (!within({ left, top, right: left + grid[1] * block.width, bottom: top + grid[0] * block.height }, stage))
        found.add(`products off the stage at ${step}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) found.add('scrolls sideways');
    if (step % (every * Math.ceil(steps / 4))) continue;
    const boxes = [...document.querySelectorAll('.cell, .chip')].map(cell => cell.getBoundingClientRect());
    for (const text of document.querySelectorAll('#stage text:not(.head)')) {
      const at = text.getBoundingClientRect(), [x, y] = [(at.left + at.right) / 2, (at.top + at.bottom) / 2];
      const size = parseFloat(getComputedStyle(text).fontSize), bold = text.style.fontWeight === '700';
      if (size < 12 || (bold && size < product)) found.add(`${text.textContent} is ${size}px`);
      const ink = { left: at.left, right: at.right, top: y - size / 2, bottom: y + size / 2 };
      const around = boxes.filter(cell => cell.left <= x && x <= cell.right && cell.top <= y && y <= cell.bottom);
      if (!around.some(cell => within(ink, cell))) found.add(`${text.textContent} crosses its cell`);
    }
    const heads = [...document.querySelectorAll('.head')].map(head => head.getBoundingClientRect()).filter(head => head.width);
    if (heads.some((one, i) => heads.slice(i + 1).some(other => meet(one, other)))) found.add('headings meet');
  }
  return [...found];
}
