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

## 切断と再接続 (src/explain/lost.rs, src/session/machine/healing.rs)

phase-reconnecting = 再接続中
lost-title = { $host } との接続が失われました
lost-remedy = 接続先で動いていた Jupyter はそのまま動いています。もう一度開いてください。
lost-tried = { $minutes } 分間、再接続を試みました。最後の結果:
lost-needs-answer = 接続先のログインには入力が必要ですが、再接続の途中では質問しません: { $question }
lost-other-machine = 同じ名前で別のマシンが応答しました（{ $known } ではなく { $seen }）。
lost-not-listening = プロセスは残っていますが、接続を受け付けていません。
lost-again = { $host } に再接続しました。
server-ended-title = { $host } の Jupyter が終了しました
server-ended-detail = プロセスがありません。シャットダウンまたは強制終了されたか、マシンが再起動されました。
server-ended-remedy = もう一度開くと、新しく起動します。終了の理由は `remote-jupyter logs { $host }` で分かることがあります。

## セッションからのお知らせ (src/session)

session-no-ssh = このマシンに `ssh` がないため、~/.ssh/config は読み込まれていません。
session-target = { $destination } は { $user }@{ $host } ポート { $port } です
session-logged-in = { $user } としてログインしました（{ $how }）
session-other-click = 別の操作で Jupyter が起動中のため、待っています。
session-no-browser = ブラウザを開けませんでした: { $reason }
session-forward = { $name } は localhost:{ $port } です
session-forward-moved = { $name } は localhost:{ $port } です（{ $taken } は使用中）
session-nobody = 質問できる相手がいません
session-port-taken = ローカルポート { $taken } は別のプログラムが使用中のため、{ $port } を使います。
session-password = このサーバーは、タブでパスワードの入力を求めます。
session-open-to-all = このサーバーにはトークンもパスワードもありません。接続先とこのマシンのすべてのアカウントから利用できます。
session-none-runs = { $host } で動いているあなたの Jupyter はありません。
session-gone-itself = { $host } の Jupyter は終了しました。
session-gone-launch = { $host } で起動中だった Jupyter を終了しました。
session-gone-signal = { $host } の Jupyter は自分では終了しなかったため、{ $signal } で終了しました。
session-stop-hung = `remote-jupyter stop { $host } --yes` は、カーネルの状態にかかわらずプロセスを終了します。
session-unusable-title = { $host } で起動した Jupyter を利用できません
session-unusable-remedy = `remote-jupyter logs { $host }` を確認してください。
session-not-stopped-title = { $host } の Jupyter が終了しません
session-not-stopped-detail = シャットダウンを要求し、続けて TERM と KILL を送りました。
session-not-stopped-remedy = 接続先のプロセスを確認してください。失われたファイルシステムを待っている可能性があります。
session-busy-title = { $host } の Jupyter は実行中のカーネルがあるため、そのまま動いています
session-busy-detail = { $total } 個のカーネルのうち { $busy } 個が実行中です。
session-busy-remedy = `remote-jupyter stop { $host } --yes` で、実行中でも終了できます。
session-none-title = { $host } で動いているあなたの Jupyter はありません
session-none-remedy = 接続先で起動するか、launcher を "attach" から "direct" に変えて起動できるようにしてください。
session-sight = Jupyter { $version }、プロセス { $pid }、{ $place }、フォルダ { $root }
session-place-port = ポート { $port }
session-place-socket = ソケット { $path }
