// What is wrong with the pictures of a page's steps, in words; of very many steps some are looked at.
({ product, steps }) => {
  const found = new Set(), every = Math.ceil(count() / steps), complain = (wrong, words) => { if (wrong) found.add(words); };
  const within = (one, other, by = 1) => one.left >= other.left - by && one.top >= other.top - by
    && one.right <= other.right + by && one.bottom <= other.bottom + by;
  const meet = (one, other, by = 0) => one.left < other.right - by && other.left < one.right - by
    && one.top < other.bottom - by && other.top < one.bottom - by;
  const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight }, box = each => each.getBoundingClientRect();
  // Without its stroke.
  const outline = each => {
    const { x, y, width, height } = each.getBBox(), { e, f } = each.getScreenCTM();
    return { left: x + e, top: y + f, right: x + width + e, bottom: y + height + f };
  };
  const channels = colour => colour.match(/[\d.]+/g).slice(0, 3).map(Number);
  const luminance = colour => channels(colour).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (...colours) => {
    const [dark, light] = colours.map(luminance).sort((one, other) => one - other);
    return (light + 0.05) / (dark + 0.05);
  };
  const paper = getComputedStyle(document.body).backgroundColor, ground = cell => getComputedStyle(cell).fill;
  for (const each of document.querySelectorAll('main *:not(svg *)'))
    if ([...each.childNodes].some(part => part.nodeType === 3 && part.data.trim()) && each.checkVisibility())
      complain(parseFloat(getComputedStyle(each).fontSize) < 12, `${each.textContent} is smaller than 12px`);
  for (let step = 0; step < count(); step += every) {
    go(step, true);
    for (const id of ['window', 'made']) {
      const edges = [...document.querySelectorAll(`#${id} .edge`)];
      for (const edge of edges) complain(!within(outline(edge), screen), `${id} off the screen at ${step}`);
      if (!edges.length || !(id === 'made' ? s.family === 'ConvTranspose' && stamping : s.kernel_size && slides(plane()[1]))) continue;
      // The tile covers (kernel − 1)·dilation + 1 cells, wherever these end.
      const tile = outline(edges[0]), grid = id === 'made' ? view.layout.output : view.layout.inputs[0];
      for (const [axis, extent, size] of [[1, tile.right - tile.left, grid.width], [0, tile.bottom - tile.top, grid.height]]) {
        const cells = flat() && !axis ? 1 : (s.kernel_size.at(axis - 2) - 1) * (takes(s, 'dilation') ? s.dilation.at(axis - 2) : 1) + 1;
        complain(Math.abs(extent - cells * size) > 1, `${id} covers ${extent / size} cells, not ${cells}`);
      }
    }
    const stage = box($('stage')), { layout, grid, rows } = view;
    for (const block of rows.length ? layout.products : []) {
      const [left, top] = [stage.left + block.x, stage.top + block.y];
      complain(!within({ left, top, right: left + grid[1] * block.width, bottom: top + grid[0] * block.height }, screen), `products off the screen at ${step}`);
    }
    complain(document.documentElement.scrollWidth > innerWidth, 'scrolls sideways');
    if (step % (every * Math.ceil(steps / 3))) continue;
    const cells = [...document.querySelectorAll('.cell')].map(cell => [cell, box(cell)]);
    const chips = [...document.querySelectorAll('.chip')].map(cell => [cell, box(cell)]);
    for (const text of document.querySelectorAll('#stage text:not(.head)')) {
      const at = box(text), [x, y] = [(at.left + at.right) / 2, (at.top + at.bottom) / 2];
      const size = parseFloat(getComputedStyle(text).fontSize), bold = text.style.fontWeight === '700';
      complain(size < 12 || (bold && size < product), `${text.textContent} is ${size}px`);
      const ink = { left: at.left, right: at.right, top: y - size / 2, bottom: y + size / 2 };
      const around = [...cells, ...chips].filter(([, cell]) => cell.left <= x && x <= cell.right && cell.top <= y && y <= cell.bottom);
      complain(!around.some(([, cell]) => within(ink, cell)), `${text.textContent} crosses its cell`);
      const [under] = around.at(-1) ?? [];
      if (under?.matches('rect') && under.getAttribute('fill') !== 'none')
        complain(contrast(getComputedStyle(text).fill, ground(under)) < 4.5, `${text.textContent} is hard to read`);
    }
    for (const [cell] of cells.slice(0, 1)) complain(contrast(getComputedStyle(cell).stroke, paper) < 3, 'the grid is hard to see');
    for (const edge of document.querySelectorAll('#window .edge, #made .edge'))
      complain(contrast(getComputedStyle(edge).stroke, getComputedStyle(document.querySelector('.halo')).stroke) < 4.5, 'the accent is hard to see');
    const heads = [...document.querySelectorAll('.head')].map(box).filter(head => head.width);
    complain(heads.some((one, i) => heads.slice(i + 1).some(other => meet(one, other))), 'headings meet');
    complain(heads.some(head => cells.some(([, cell]) => meet(head, cell, 2))), 'a heading stands on a cell');
  }
  return [...found];
}
