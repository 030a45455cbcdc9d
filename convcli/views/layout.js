// Where things stand in the room there is: input maps, the products of the window, the output map. What teaches most comes
// first: every input channel, products with their factors, numbers in the cells; where no number fits, cells are shades.
const GLYPH = 0.62, LETTER = 0.56, MOST_ROWS = 8;
const SIZES = [...range(28, i => (i + 4) / 4), ...range(89, i => i + 8)];
const WORTH = { full: 3, tall: 2.8, alone: 2, shades: 0 };
const BOTH = [[true, true], [true, false], [false, true], [false, false]];

const comfort = size => min(size, 24) / 12 + size / 100;

function arrange(wanted, room) {
  const forms = wanted.factors[0] ? ['full', 'tall', 'alone', 'shades'] : ['alone', 'shades'];
  let best = attempt(wanted, room, 1, 'shades', room.current, BOTH[3], BOTH[3]), size = SIZES[0], most = -1;
  for (let rows = min(wanted.inputs, MOST_ROWS); rows > 0; rows--)
    for (const [form, scale, digits, beside] of choices([forms, [1, 1.25, 1.5], BOTH, BOTH])) {
      const score = WORTH[form] + (form !== 'shades') * scale / 2 + 2 * (digits[0] + digits[1]) + 5 * rows / wanted.inputs
        + (beside[0] && beside[1]) / 10;
      if (score + comfort(96) <= most) continue;
      const tried = attempt(wanted, room, rows, form, scale * room.current, digits, beside), fits = tried.largest();
      if (fits && score + comfort(fits) > most) [best, size, most] = [tried, fits, score + comfort(fits)];
    }
  return best.layout(size);
}

function attempt(wanted, room, rows, form, type, digits, beside) {
  const head = 1.6 * room.label, gap = 0.8 * room.label, least = room.least, result = wanted.product;
  const [value, weight] = wanted.factors, counts = [wanted.input, wanted.window, wanted.output];
  const side = max(1, min(0.4 * room.width / wanted.window[1], 0.4 * room.height / wanted.window[0] / rows, 1.5 * type));
  const [wide, high] = {
    full: [max(value + 3 + weight, 1.2 * result) * GLYPH * type + 0.6 * type, 3 * type],
    tall: [max(value, weight + 2, 1.2 * result) * GLYPH * type + 0.6 * type, 4.4 * type],
    alone: [result * GLYPH * type + 0.8 * type, 2 * type],
    shades: [side, side],
  }[form];
  const cellWidths = size => digits.map((shown, i) => shown ? max(size, (wanted.digits[i] * GLYPH + 0.8) * least) : size);
  const placed = (size, across = 0, down = 0) => {
    const widths = cellWidths(size), cells = [widths[0], wide, widths[1]], corners = [];
    const [wideIn, wideProducts, wideOut] = counts.map((count, i) =>
      max(count[1] * cells[i], wanted.heads[i] * LETTER * room.label));
    const [highIn, highProducts, highOut] = [wanted.input[0] * size, wanted.window[0] * high, wanted.output[0] * size];
    const between = 3 * gap + across, drop = head + down;
    let bottom = head - gap;
    for (let row = 0; row < rows; row++) {
      const top = bottom + gap + (wanted.inputs > 1 && row ? head : 0);
      bottom = top + (beside[0] ? max(highIn, highProducts) : highIn + drop + highProducts);
      const middle = (top + bottom) / 2;
      // What an output below is made of stands low, so that the lines to it cross no map.
      corners.push(...beside[0] ? [[0, middle - highIn / 2], [wideIn + between, beside[1] ? middle - highProducts / 2 : bottom - highProducts]]
        : [[0, top], [0, top + highIn + drop]]);
    }
    const right = beside[0] ? wideIn + between + wideProducts : max(wideIn, wideProducts);
    const corner = !beside[1] ? [0, bottom + drop] : !beside[0] ? [wideProducts + between, corners[1][1]]
      : [right + between, head + max(0, bottom - head - highOut) / 2];
    return { corners, corner, width: max(right, corner[0] + wideOut), height: max(bottom, corner[1] + highOut) };
  };
  const largest = () => {
    let low = 0, high = !beside[0] && beside[1] && rows > 1 ? 0 : SIZES.length;
    while (low < high) {
      const middle = low + high >> 1, { width, height } = placed(SIZES[middle]);
      if (width > room.width || height > room.height) high = middle; else low = middle + 1;
    }
    return low && (SIZES[low - 1] >= 1.5 * least || !(digits[0] || digits[1])) ? SIZES[low - 1] : 0;
  };
  const layout = size => {
    const cells = cellWidths(size), { width, height } = placed(size);
    const across = max(0, min((room.width - width) / 2, 3 * gap)), down = max(0, min((room.height - height) / (rows + 1), 2 * head));
    const { corners, corner, width: taken } = placed(size, across, down), left = max(0, (room.width - taken) / 2);
    const grid = ([x, y], width, height, type) => ({ x: left + x, y, width, height, type });
    const types = digits.map((shown, i) =>
      shown ? min(max(0.4 * size, least), 1.6 * least, (cells[i] - 0.7 * least) / GLYPH / wanted.digits[i]) : 0);
    return { inputs: range(rows, i => grid(corners[2 * i], cells[0], size, types[0])),
      products: range(rows, i => grid(corners[2 * i + 1], wide, high, form === 'shades' ? 0 : type)),
      output: grid(corner, cells[1], size, types[1]), form };
  };
  return { largest, layout };
}
