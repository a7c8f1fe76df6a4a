// Files of <sp-editor data-files=url>: chosen, dropped or pasted they go into the draft at once; pictures stand in the text.
const list = (editor) => editor.closest("form").querySelector(".composer__kept-files")

function row(file) {
  const item = Object.assign(document.createElement("li"), { className: "attachment" })
  const name = Object.assign(document.createElement("span"), { className: "attachment__name", textContent: file.name })
  const size = Object.assign(document.createElement("span"), { className: "attachment__size", role: "status" })
  item.append(name, Object.assign(document.createElement("progress"), { max: 1, value: 0, ariaLabel: file.name }), size)
  return item
}

function upload(editor, file, inline) {
  const form = editor.closest("form")
  const { files: url, saidNoFiles, saidFileFailed, saidFileTooLarge, saidRemove } = editor.dataset
  const item = row(file)
  list(editor).append(item)
  const refuse = (said) => {
    item.classList.add("attachment--refused")
    item.setAttribute("role", "alert")
    item.querySelector("progress")?.remove()
    item.querySelector(".attachment__size").textContent = said
    item.append(remover(saidRemove, file.name))
  }
  if (!url) return refuse(saidNoFiles)
  const body = new FormData()
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value)
  body.set("file", file, file.name || "image.png")
  if (inline) body.set("inline", "yes")
  const request = new XMLHttpRequest() // fetch tells no progress.
  request.open("POST", url)
  request.responseType = "json"
  request.upload.onprogress = ({ loaded, total }) => { item.querySelector("progress").value = loaded / total }
  request.onerror = () => refuse(saidFileFailed)
  request.onload = () => {
    const kept = request.response
    if (request.status !== 200 || !kept?.url) return refuse(kept?.said ?? (request.status === 413 ? saidFileTooLarge : saidFileFailed))
    if (inline) { item.remove(); picture(editor, kept) } else settle(item, kept, saidRemove)
  }
  request.send(body)
}

function picture(editor, kept) {
  editor.squire.insertImage(kept.url, { alt: kept.name })
  editor.changed()
}

function settle(item, kept, said) {
  item.querySelector("progress").remove()
  item.querySelector(".attachment__name").replaceWith(Object.assign(document.createElement("a"), { className: "attachment__name", href: kept.url, target: "_blank", textContent: kept.name }))
  item.querySelector(".attachment__size").textContent = kept.size
  item.append(remover(said, kept.name, kept.drop_url))
}

function remover(said, name, url = "") {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: "×", ariaLabel: `${said} ${name}` })
  button.dataset.drops = url
  return button
}

function attach(editor) {
  const form = editor.closest("form")
  const input = form.querySelector("input[type=file]")
  const take = (files, inText) => Array.from(files, (it) => upload(editor, it, inText && Boolean(editor.squire) && /^image\/(png|jpeg|gif|webp)$/.test(it.type)))
  if (input && editor.dataset.files) input.addEventListener("change", () => {
    if (!input.files.length) return
    take(input.files, false)
    input.value = ""
    input.dispatchEvent(new Event("change")) // The list of what was chosen is empty again.
  })
  editor.querySelector("[data-attaches]")?.addEventListener("click", () => input?.click())
  form.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); form.classList.add("composer--drop") } })
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("composer--drop"), true)
  form.addEventListener("drop", (event) => { if (event.dataTransfer.files.length) { event.preventDefault(); event.stopPropagation(); take(event.dataTransfer.files, editor.box?.contains(event.target)) } }, true)
  editor.squire?.addEventListener("pasteImage", ({ detail }) => take(detail.clipboardData.files, true))
}

// Takes one away again, on the server and from the list.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-drops]")
  if (!button) return
  event.preventDefault()
  const body = new FormData()
  body.set("csrfmiddlewaretoken", button.form.elements.csrfmiddlewaretoken.value)
  const url = button.dataset.drops || button.getAttribute("formaction")
  const answer = url && (await fetch(url, { method: "POST", body, redirect: "manual" }).catch(() => null))
  if (!url || answer?.type === "opaqueredirect") button.closest("li").remove()
})

document.addEventListener("sp-editor-ready", ({ target }) => attach(target))
