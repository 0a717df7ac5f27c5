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

## Linux のデスクトップ (src/platform/linux)

button-ok = OK
button-cancel = キャンセル

## キーチェーン (src/platform/keychain.rs)

keychain-absent = キーチェーンに接続できません: { $why }
keychain-refused = キーチェーンがロックされているか、アクセスが拒否されました: { $why }
keychain-failed = キーチェーンの処理に失敗しました: { $why }
keychain-label = { $key } のパスフレーズ (Remote Jupyter)

## ログイン項目 (src/platform/login_item.rs)

autostart-comment = リモートマシンのノートブックをタブで開く
autostart-no-program = このプログラム自身のファイルが見つかりません: { $why }
autostart-odd-path = { $path } は自動起動の設定に書けません。名前を変更してください
autostart-no-folder = 設定を置くホームフォルダがありません
autostart-not-written = { $path }: { $why }
autostart-mac-config = ログイン時はシステムが引数なしでアプリを開くため、{ $path } を指定して起動することはできません
autostart-mac-refused = システムに拒否されました (コード { $code })。「システム設定 > 一般 > ログイン項目」を確認してください
