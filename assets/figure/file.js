/** The figure in a file: it fetches nothing, and its answers come from a table. */

import { later } from "./later.js";
import { held, start } from "./page.js";
import { Shelf, unpack } from "./shelf.js";

start(async (data) => {
  const shelf = new Shelf(await unpack(held("table")));
  const { answer } = shelf.find(String(new URLSearchParams(data.look)));
  Object.assign(data, { later, shelf, answer });
});
