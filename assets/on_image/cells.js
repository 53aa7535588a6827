/** Arrays of the page, and how their cells are painted. */

/**
 * @typedef {{shape: number[], numbers: Uint8Array | Float32Array}} Table
 * @typedef {[number, number]} Two a row and a column
 */

const SMALL = 28; // CSS pixels of a cell that has no room for its weight

/** The levels above which black letters have more contrast than white ones, in gray and in each color. */
const [BRIGHT_GRAY, BRIGHT] = [117, [240, 138, 255]];

const RED_GREEN_BLUE = ["Red", "Green", "Blue"];

/**
 * @param {{shape: number[], bytes: string}} packed
 * @param {Uint8ArrayConstructor | Float32ArrayConstructor} Kind
 * @returns {Table}
 */
function unpacked({ shape, bytes }, Kind) {
  return { shape, numbers: new Kind(Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0)).buffer) };
}

/**
 * @param {Table} table
 * @param {number[]} place an index on each axis
 */
function numberAt({ shape, numbers }, ...place) {
  return numbers[place.reduce((at, index, axis) => at * shape[axis] + index, 0)];
}

/** @param {number} number */
function short(number) {
  return String(Number(number.toPrecision(4))).replace("-", "−");
}

/**
 * Fit the pixels of a canvas to its size on the screen.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width in CSS pixels
 * @param {number} height
 * @returns {CanvasRenderingContext2D} that counts in CSS pixels, without anything on it
 */
function cleared(canvas, width, height) {
  const density = window.devicePixelRatio;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.imageSmoothingEnabled = false;
  return pen;
}

/**
 * A frame with a dark edge, to be seen on any pixels.
 * @param {CanvasRenderingContext2D} pen
 * @param {[number, number, number, number]} box left, top, width, height
 * @param {number} line its width
 */
function frame(pen, box, line) {
  for (const [color, width] of /** @type {[string, number][]} */ ([["#101010", line + 2], ["#ffd400", line]])) {
    pen.strokeStyle = color;
    pen.lineWidth = width;
    pen.strokeRect(...box);
  }
}

/**
 * @param {number} level
 * @param {number} channel
 * @param {number} channels
 * @returns {[string, string]} the color of a pixel in this channel, and one to write on it
 */
function colorsOf(level, channel, channels) {
  const isGray = channels === 1;
  const parts = isGray ? [level, level, level] : [0, 0, 0].with(channel, level);
  return [`rgb(${parts.join(" ")})`, level > (isGray ? BRIGHT_GRAY : BRIGHT[channel]) ? "#000" : "#fff"];
}

/**
 * Draw the cells of one channel around a window; what is outside the image and its border stays empty.
 * @param {HTMLCanvasElement} canvas
 * @param {number} side in CSS pixels
 * @param {Table} padded
 * @param {number} channel
 * @param {object} section
 * @param {number} section.top the first row, in the image with its border
 * @param {number} section.left
 * @param {number} section.count rows and columns
 * @param {(row: number, column: number) => boolean} section.isBorder
 * @param {(row: number, column: number) => string | undefined} section.weightAt the weight that a cell meets, if any
 */
function drawCells(canvas, side, padded, channel, { top, left, count, isBorder, weightAt }) {
  const pen = cleared(canvas, side, side);
  const cell = side / count;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const family = getComputedStyle(canvas).fontFamily;
  const [channels, rows, columns] = padded.shape;
  for (let i = 0; i < count; i += 1) {
    for (let j = 0; j < count; j += 1) {
      const [row, column] = [top + i, left + j];
      if (row < 0 || column < 0 || row >= rows || column >= columns) continue;
      const level = numberAt(padded, channel, row, column);
      const [color, text] = colorsOf(level, channel, channels);
      const [x, y] = [j * cell, i * cell];
      pen.fillStyle = color;
      pen.fillRect(x, y, cell, cell);
      pen.strokeStyle = "rgb(128 128 128 / 45%)";
      pen.lineWidth = 1;
      pen.strokeRect(x, y, cell, cell);
      if (isBorder(row, column)) {
        pen.setLineDash([3, 2]);
        pen.strokeStyle = "#ff8a00";
        pen.strokeRect(x + 2, y + 2, cell - 4, cell - 4);
        pen.setLineDash([]);
      }
      pen.fillStyle = text;
      const weight = cell < SMALL ? undefined : weightAt(row, column);
      const factor = weight === undefined ? "" : `×${short(Number(weight))}`;
      pen.font = `${Math.min(14, cell * 0.44)}px ${family}`;
      pen.fillText(String(level), x + cell / 2, y + cell * (factor ? 0.38 : 0.5) + 0.5);
      if (!factor) continue;
      pen.font = `${Math.min(11, cell * 0.3)}px ${family}`;
      pen.fillText(factor, x + cell / 2, y + cell * 0.76, cell - 4);
    }
  }
  return { pen, cell };
}
