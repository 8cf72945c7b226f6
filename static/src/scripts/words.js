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
  keyFailed: "パスキーを使えませんでした。取り消したか、時間が過ぎたか、この端末では使えない可能性があります。もう一度試すか、別の方法を選んでください。",
};
const EN = {
  characterCount: {},
  fileUpload: {},
  passwordInput: {},
  keyTitle: "That did not work",
  keyFailed: "The passkey could not be used. You may have cancelled, time may have run out, or this device may not support it. Try again or choose another way.",
};

export const words = document.documentElement.lang === "ja" ? JA : EN;
