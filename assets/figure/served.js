/** The figure as a page of its own. */

import { start } from "./page.js";

start();
