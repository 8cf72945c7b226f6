const JA = {
  waiting: "順番を待っています",
  preparing: "準備しています",
  sending: "%{part} / %{whole}",
  paused: "通信が切れています。つながると続きから送ります",
  checking: "確認しています",
  arrived: "届きました",
  cancelled: "取り消しました",
  cancel: "取り消す",
  close: "消す",
  camera: "写真を撮る",
  progressOf: "%{name} の送信状況",
  saidArrived: "%{name} が届きました",
  saidRefused: "%{name} は届いていません。%{reason}",
  saidPaused: "通信が切れています。つながると続きから送ります",
  tooLarge: "%{mb} MB を超えています",
  empty: "中身がないファイルです",
  unreadable: "ファイルを読めません。もう一度選んでください",
  signedOut: "ログアウトしています。もう一度ログインして同じファイルを選ぶと、続きから送ります",
  refused: "送れませんでした。ページを開き直して、もう一度選んでください",
  wait: "ファイルがすべて届いてから進みます",
};
const EN = {
  waiting: "waits for its turn",
  preparing: "being prepared",
  sending: "%{part} of %{whole}",
  paused: "The connection is gone. It goes on where it stopped as soon as the connection is back",
  checking: "being checked",
  arrived: "Arrived",
  cancelled: "Cancelled",
  cancel: "Cancel",
  close: "Remove",
  camera: "Take a photograph",
  progressOf: "Progress of %{name}",
  saidArrived: "%{name} has arrived",
  saidRefused: "%{name} has not arrived. %{reason}",
  saidPaused: "The connection is gone. Sending goes on as soon as it is back",
  tooLarge: "Larger than %{mb} MB",
  empty: "This file is empty",
  unreadable: "This file cannot be read. Choose it again",
  signedOut: "You have been signed out. Sign in again and choose the same file: it goes on where it stopped",
  refused: "This could not be sent. Open the page again and choose the file once more",
  wait: "The page goes on when all files have arrived",
};

const words = document.documentElement.lang === "ja" ? JA : EN;

export function say(word, values = {}) {
  return words[word].replace(/%\{(\w+)\}/g, (_, name) => values[name]);
}

export function size(bytes) {
  if (bytes < 1000 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
