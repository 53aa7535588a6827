// The field above the cards of the gallery leaves those that have each word that is typed into it.
document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || !target.matches(".cv-find")) return;
  const words = target.value.toLowerCase().split(/\s+/);
  const cards = [...document.querySelectorAll(".cv-cards > li")];
  for (const card of cards) card.hidden = !words.every((word) => card.textContent.toLowerCase().includes(word));
  const left = cards.filter((card) => !card.hidden).length;
  target.closest("p").querySelector("[role=status]").textContent = `${left} of ${cards.length} examples`;
});
