// Lets the library's script ask the browser for a passkey; says so when the browser has none.
(function () {
  "use strict";
  const form = document.querySelector("[data-passkey]");
  if (!form) return;
  const button = document.getElementById("passkey-go");
  const say = (which) => {
    form.querySelectorAll("[data-passkey-says]").forEach((one) => {
      one.hidden = one.dataset.passkeySays !== which;
    });
  };
  if (!window.PublicKeyCredential) {
    say("none");
    return;
  }
  button.hidden = false;
  button.addEventListener("click", () => say(""));
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    say("failed");
  });
  window.allauth.webauthn.forms[form.dataset.passkey]({
    ids: {
      add: "passkey-go",
      authenticate: "passkey-go",
      credential: "passkey-credential",
      data: "passkey-data",
    },
  });
})();
