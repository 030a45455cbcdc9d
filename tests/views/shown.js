// What a page shows of these steps: what it holds, and what can be read on the screen.
steps => steps.map(step => {
  go(step, true);
  const made = document.querySelector('#made .edge').getBoundingClientRect();
  const inside = ({ left, right, top, bottom }) => left >= made.left && right <= made.right && top >= made.top && bottom <= made.bottom;
  const texts = [...document.querySelectorAll('#numbers text:not(.head)')].map(text => [text, text.getBoundingClientRect()]);
  return {
    output: view.output, found: view.found, stops: view.stops, said: $('line').textContent,
    sentence: $('sentence').textContent,
    bias: multiplies(s) ? short(biasOf(s, b, view.output[0])) : null,
    products: texts.filter(([text]) => text.style.fontWeight === '700')
      .map(([text, { x, y, width }]) => [text.textContent, y, x + width / 2]),
    made: texts.findLast(([, at]) => inside(at))?.[0].textContent ?? null,
  };
})
