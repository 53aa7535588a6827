/** When the next frame comes. */

import { SPEEDS, advance, duration } from "../../assets/figure/clock.js";
import { decode } from "../../assets/figure/decode.js";
import { Playback } from "../../assets/figure/playback.js";
import { equal, ok } from "./check.mjs";

const at = (frame, elapsed) => ({ frame, elapsed });
const three = [100, 100, 300];

/** A playback of the scene of a case, one second a step. */
function playbackOf(cases, name) {
  const playback = new Playback();
  playback.load(decode(JSON.parse(cases.find((each) => each.name === name).json), { secondsPerStep: 1 }));
  return playback;
}

const stand = ({ frame, shownTaps, isPlaying }) => [frame, shownTaps, isPlaying];

export const tests = {
  "a frame is shown for its beats": () => {
    equal(duration(3, 0.5, 1), 1500);
    equal(SPEEDS.map((speed) => duration(1, 1, speed)), [4000, 2000, 1000, 500, 250]);
    ok(SPEEDS[0] === 0.25 && SPEEDS.at(-1) === 4);
  },
  "time passes": () => {
    equal(advance(at(0, 0), 99, three, true), { frame: 0, elapsed: 99, playing: true });
    equal(advance(at(0, 99), 1, three, true), { frame: 1, elapsed: 0, playing: true });
    equal(advance(at(0, 50), 160, three, true), { frame: 2, elapsed: 10, playing: true });
  },
  "the last frame is shown longer, and then the first again": () => {
    equal(advance(at(2, 0), 299, three, true), { frame: 2, elapsed: 299, playing: true });
    equal(advance(at(2, 299), 1, three, true), { frame: 0, elapsed: 0, playing: true });
  },
  "without a loop it stops at the last frame, at the end of its time": () => {
    equal(advance(at(2, 0), 299, three, false), { frame: 2, elapsed: 299, playing: true });
    equal(advance(at(2, 299), 1, three, false), { frame: 2, elapsed: 0, playing: false });
    equal(advance(at(0, 0), 1e9, three, false), { frame: 2, elapsed: 0, playing: false });
  },
  "a tab that wakes up late is where it would have been": () => {
    for (const start of [0, 1, 2]) {
      for (const passed of [500, 600, 1234, 500 * 7 + 99]) {
        let slowly = { ...at(start, 20), playing: true };
        for (let tick = 0; tick < passed; tick += 1) slowly = advance(slowly, 1, three, true);
        equal(advance(at(start, 20), passed, three, true), slowly, `${passed} ms from frame ${start}`);
      }
    }
    const day = 24 * 60 * 60 * 1000;
    ok(advance(at(1, 0), day, [0.1, 0.2], true).frame < 2);
  },
  "a single frame stays": () => {
    equal(advance(at(0, 0), 1e6, [300], true).frame, 0);
    equal(advance(at(0, 0), 300, [300], false), { frame: 0, elapsed: 0, playing: false });
  },
  "playing goes round": (cases) => {
    const playback = playbackOf(cases, "standard"); // 4 frames, the last of 3 beats
    playback.start();
    ok(!playback.run(500));
    const seen = [];
    for (let tick = 0; tick < 13; tick += 1) {
      playback.run(500);
      seen.push(playback.frame);
    }
    equal(seen, [1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 0, 0, 1]);
    ok(playback.isPlaying);
  },
  "twice as fast takes half the time": (cases) => {
    const playback = playbackOf(cases, "standard");
    playback.speed = 2;
    playback.start();
    ok(playback.run(500));
    equal(playback.frame, 1);
  },
  "without a loop playing ends, and begins again": (cases) => {
    const playback = playbackOf(cases, "standard");
    playback.loop = false;
    playback.start();
    ok(playback.run(60_000));
    equal(stand(playback), [3, null, false]);
    playback.start();
    equal(stand(playback), [0, null, true]);
  },
  "products come one by one, each half a step": (cases) => {
    const playback = playbackOf(cases, "standard"); // 9 products in each step
    playback.setProducts(true);
    playback.start();
    const seen = [];
    for (let tick = 0; tick < 12; tick += 1) {
      playback.run(500);
      seen.push([playback.frame, playback.shownTaps]);
    }
    equal(seen.slice(0, 8), [2, 3, 4, 5, 6, 7, 8, null].map((shown) => [0, shown]));
    equal(seen.slice(8), [[0, null], [0, null], [1, 1], [1, 2]]);
  },
  "steps go on and back, and stop at the ends": (cases) => {
    const playback = playbackOf(cases, "standard");
    playback.start();
    playback.step(-1);
    equal(stand(playback), [0, null, false]);
    for (let k = 0; k < 9; k += 1) playback.step(1);
    equal(playback.frame, 3);
    playback.moveTo(-5);
    equal(playback.frame, 0);
    playback.moveTo(99);
    equal(playback.frame, 3);
  },
  "steps go product by product, both ways": (cases) => {
    const playback = playbackOf(cases, "one product less"); // 2 products in each step
    playback.setProducts(true);
    const ways = [1, 1, 1, -1, -1, -1, -1];
    const seen = ways.map((way) => (playback.step(way), [playback.frame, playback.shownTaps]));
    equal(seen, [[1, 1], [1, null], [2, 1], [1, null], [1, 1], [0, null], [0, 1]]);
  },
  "frames of one product have none to come": (cases) => {
    const playback = playbackOf(cases, "tap by tap");
    playback.setProducts(true);
    playback.step(1);
    equal(stand(playback), [1, null, false]);
  },
  "another scene keeps the step where it exists": (cases) => {
    const playback = playbackOf(cases, "all axes differ");
    const other = decode(JSON.parse(cases.find((each) => each.name === "standard").json), { secondsPerStep: 1 });
    playback.moveTo(2);
    playback.elapsed = 123;
    playback.load(other);
    equal([playback.frame, playback.elapsed], [2, 123]);
    playback.load(playbackOf(cases, "all axes differ").scene);
    playback.moveTo(23);
    playback.load(other);
    equal([playback.frame, playback.elapsed], [3, 0]);
  },
};
