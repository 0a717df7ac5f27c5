# 人が読むすべての文。書式は https://projectfluent.org を参照。

## 接続の段階 (src/phase.rs)

phase-resolving = ssh の設定を読み込み中
phase-connecting = 接続中
phase-authenticating = ログイン中
phase-finding = 実行中の Jupyter を探しています
phase-starting = Jupyter を起動中
phase-forwarding = Jupyter の応答を待っています
phase-ready = 準備完了
phase-failed = 失敗
phase-closed = 切断

## Mac のダイアログ (src/platform/macos)

mac-dialog-ok = OK
mac-dialog-cancel = キャンセル
