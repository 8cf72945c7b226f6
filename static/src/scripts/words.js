const JA = {
  characterCount: {
    charactersUnderLimit: { other: "あと %{count} 文字入力できます" },
    charactersAtLimit: "上限の文字数です",
    charactersOverLimit: { other: "%{count} 文字超えています" },
  },
  fileUpload: {
    chooseFilesButton: "ファイルを選ぶ",
    dropInstruction: "またはここへドロップ",
    noFileChosen: "まだ選ばれていません",
    multipleFilesChosen: { other: "%{count} 個のファイルを選びました" },
    enteredDropZone: "ここで放すと選べます",
    leftDropZone: "ファイルを選ぶ場所から出ました",
  },
  passwordInput: {
    showPassword: "表示",
    hidePassword: "隠す",
    showPasswordAriaLabel: "パスワードを表示する",
    hidePasswordAriaLabel: "パスワードを隠す",
    passwordShownAnnouncement: "パスワードが表示されています",
    passwordHiddenAnnouncement: "パスワードは隠されています",
  },
  keyTitle: "うまくいきませんでした",
  keyCancelled: "パスキーを使う前に、取り消されたか時間が過ぎました。変わったことは何もありません。もう一度試すか、別の方法を選んでください。",
  keyThere: "この端末のパスキーは、すでに登録されています。別の端末で登録するか、そのままお使いください。",
  keyUnsupported: "この端末またはブラウザーでは、パスキーを使えません。別の方法を選んでください。",
  keyFailed: "パスキーを使えませんでした。もう一度試すか、別の方法を選んでください。",
};
const EN = {
  characterCount: {},
  fileUpload: {},
  passwordInput: {},
  keyTitle: "That did not work",
  keyCancelled: "The passkey was not used: it was cancelled, or time ran out. Nothing has changed. Try again or choose another way.",
  keyThere: "This device has a passkey for this log-in already. Use it, or add one on another device.",
  keyUnsupported: "This device or browser cannot use passkeys. Choose another way.",
  keyFailed: "The passkey could not be used. Try again or choose another way.",
};

export const words = document.documentElement.lang === "ja" ? JA : EN;
