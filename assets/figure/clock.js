/** When the next frame is due. Nothing here uses the browser, so it can be tested alone. */

/** The speeds that the menu offers. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4];

/**
 * The time for which a frame is shown, in milliseconds.
 * @param {number} beats
 * @param {number} secondsPerStep
 * @param {number} speed
 */
export function duration(beats, secondsPerStep, speed) {
  return (beats * secondsPerStep * 1000) / speed;
}

/**
 * The state of playing after some time: the frame, how long it has been shown, and whether playing goes on.
 *
 * A browser tab in the background wakes up late; then whole rounds are skipped, not run through.
 * @param {{frame: number, elapsed: number}} now
 * @param {number} passed milliseconds since then
 * @param {number[]} durations of every frame
 * @param {boolean} loop
 * @returns {{frame: number, elapsed: number, playing: boolean}}
 */
export function advance(now, passed, durations, loop) {
  const round = durations.reduce((sum, each) => sum + each, 0);
  if (!(round > 0)) return { ...now, playing: true };
  let { frame } = now;
  let elapsed = now.elapsed + passed;
  if (loop) elapsed %= round; // a whole round leads back to where it began
  while (elapsed >= durations[frame]) {
    if (frame === durations.length - 1 && !loop) return { frame, elapsed: 0, playing: false };
    elapsed -= durations[frame];
    frame = (frame + 1) % durations.length;
  }
  return { frame, elapsed, playing: true };
}
