// data-confirm="Question?" on a submit button: asks first, in the dialog that base.html carries.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-confirm]")
  const dialog = document.querySelector("#confirm")
  if (!button || !dialog || button.dataset.confirmed) return
  event.preventDefault()
  dialog.querySelector("[data-question]").textContent = button.dataset.confirm
  dialog.querySelector("[value=yes]").textContent = button.textContent
  dialog.returnValue = ""
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return button.focus()
    button.dataset.confirmed = "true"
    button.click()
    delete button.dataset.confirmed
  }, { once: true })
  dialog.showModal()
})
