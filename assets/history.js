// Steps in the history are heard here first, and those that the figure takes are not heard by Streamlit, which would run
// the page again: a window calls its listeners in the order in which they came.
window.historySteps = [];
window.addEventListener("popstate", (event) => {
  if (window.historySteps.some((take) => take(event))) event.stopImmediatePropagation();
});
