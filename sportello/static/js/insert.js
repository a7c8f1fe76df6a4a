// [data-insert="text" data-insert-html="…"]: a click puts it into the composer.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-insert]")
  const composer = button && document.querySelector("#composer")
  if (!composer) return
  const detail = { text: button.dataset.insert, html: button.dataset.insertHtml }
  composer.dispatchEvent(new CustomEvent("sp-insert", { detail }))
  composer.scrollIntoView({ block: "nearest" })
})
