// command="show-modal" commandfor="id" for the browsers that do not know it yet.
if (!("commandForElement" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[commandfor]")
    const dialog = button && document.getElementById(button.getAttribute("commandfor"))
    if (dialog instanceof HTMLDialogElement) button.getAttribute("command") === "close" ? dialog.close() : dialog.showModal()
  })
}
