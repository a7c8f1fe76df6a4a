// select[data-puts-in="…/0"]: the chosen macro comes into the composer, its placeholders filled, with what it would change.
document.addEventListener("change", async ({ target }) => {
  if (!target.matches?.("select[data-puts-in]") || !target.value) return
  const composer = document.querySelector("#composer")
  const answer = await fetch(target.dataset.putsIn.replace(/0$/, target.value), { redirect: "manual" }).catch(() => null)
  if (!answer?.ok) return target.form.requestSubmit()
  const { text, kind, changes } = await answer.json()
  if (kind) for (const it of composer.querySelectorAll(`[name=kind][value=${kind}]`)) it.checked = true
  composer.querySelector("#composer-changes").replaceWith(document.createRange().createContextualFragment(changes))
  const editor = composer.querySelector("sp-editor")
  if (text) composer.dispatchEvent(new CustomEvent("sp-insert", { detail: { text } }))
  editor.focus()
  editor.tell()
})
