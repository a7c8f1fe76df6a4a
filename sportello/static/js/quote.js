// [data-quotes]: quotes what is selected in a message, or the customer's latest, in the composer.
document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-quotes]")) return
  const selection = getSelection()
  const inMessage = selection.anchorNode && (selection.anchorNode.parentElement ?? selection.anchorNode).closest(".message__body")
  const chosen = (inMessage && selection.toString()) || Array.from(document.querySelectorAll(".message--customer .message__body")).at(-1)?.innerText || ""
  const words = chosen.replace(/^\s*•••\s*$/gm, "").trim() // What opens the quoted mails is no word of his.
  const lines = words.split("\n").map((line) => Object.assign(document.createElement("div"), { textContent: line || "\u00a0" }).outerHTML)
  if (!words) return
  const text = `${words.split("\n").map((line) => `> ${line}`).join("\n")}\n\n`
  const detail = { text, html: `<blockquote>${lines.join("")}</blockquote><div><br></div>` }
  document.querySelector("#composer").dispatchEvent(new CustomEvent("sp-insert", { detail }))
})
