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

## メニュー (src/app/menu.rs)

menu-host-closed = ○ { $host }
menu-host-ready = ● { $host }
menu-host-failed = ▲ { $host }: クリックで再試行
menu-host-no-network = ◌ { $host }: ネットワークを待っています
menu-host-asks = ◐ { $host }: 入力を待っています
menu-host-working = ◐ { $host }: { $phase }
menu-host-working-for = ◐ { $host }: { $phase }（{ $time }）
menu-kernels = { $total ->
    [0] カーネルなし
   *[other] { $busy ->
        [0] カーネル { $total } 個（すべて待機中）
       *[other] カーネル { $total } 個（{ $busy } 個が実行中）
    }
}
menu-node = ノード { $node }
menu-more = { $host }: その他
menu-open-tab = タブを開く
menu-copy-link = リンクをコピー
menu-kernels-menu = カーネル
menu-notebook = { $path }（{ $state }）
menu-notebook-busy = ● { $path }
menu-notebook-idle = ○ { $path }
menu-forward = { $name }（localhost:{ $port }）
menu-show-log = ログを表示
menu-disconnect = 切断
menu-stop = Jupyter を停止…
menu-cancel = キャンセル
menu-dismiss = 閉じる
menu-offers = SSH 設定のホスト（選ぶと開きます）
menu-no-hosts = ホストがまだありません。`remote-jupyter add ALIAS` または「設定を編集」で追加できます
menu-more-hosts = ほかのホスト（{ $count }）
menu-complaint = 設定に誤りがあるため、直前の正しい設定を使っています
menu-add = SSH 設定からホストを追加
menu-edit = 設定を編集…
menu-login = ログイン時に起動
menu-login-approval = 「システム設定」の「一般」→「ログイン項目」で許可してください
menu-help = ヘルプ
menu-diagnostics = 診断情報をコピー
menu-about = Remote Jupyter について
menu-quit = Remote Jupyter を終了
time-seconds = { $count } 秒
time-minutes = { $count } 分
time-hours = { $hours } 時間 { $minutes } 分

## 通知 (src/app/news.rs)

notice-ready = { $host } の準備ができました
notice-was-running = { $node } で実行中の Jupyter { $version } に接続しました。
notice-was-started = { $node } で Jupyter { $version } を起動しました。
notice-try-again = 再試行

## ダイアログ (src/app/questions.rs, src/app/state.rs)

dialog-host-key = 本当に { $host } ですか？
dialog-host-key-text =
    { $host } はまだ登録されていません。相手の { $kind } 鍵は次のとおりです。

    { $print }

    管理者が公開している値と比べてください。異なる場合は、通信が途中で横取りされているおそれがあります。
dialog-host-key-also =
    同じホストのポート 22 には、次の鍵が登録されています。
    { $others }
dialog-connect = 接続
dialog-passphrase = { $host } のパスフレーズ
dialog-remember = キーチェーンに保存する
dialog-login = { $host } にログイン
dialog-stop = { $host } の Jupyter を停止しますか？
dialog-stop-kernels = { $busy ->
    [0] { $total } 個のカーネルが終了し、メモリー上の内容は失われます。
   *[other] { $total } 個のカーネルのうち { $busy } 個が実行中です。すべて終了し、計算中の結果とメモリー上の内容は失われます。
}
dialog-stop-unknown = カーネルが終了し、メモリー上の内容は失われます。
dialog-stop-yes = Jupyter を停止
dialog-stop-anyway = それでも停止
dialog-hosts = Remote Jupyter はメニューバーにあります
dialog-about = Remote Jupyter { $version }
dialog-about-text =
    リモートマシンのノートブックを、クリックひとつでタブに開きます。

    ライセンスは MIT または Apache-2.0 から選べます。
app-runs-already = Remote Jupyter はすでに起動しています。メニューバーのアイコンをご覧ください。
app-no-tray = remote-jupyter: トレイアイコンを表示できません: { $error }

## このマシンの問題 (src/explain/here.rs)

not-opened-title = { $path } を開けません
not-opened-remedy = { $path } に書き込めるか、その種類のファイルを開くアプリがあるかを確かめてください。
no-browser-title = ブラウザーを開けませんでした
no-browser-remedy = 設定の `browser` を確かめてください。
not-added-title = { $alias } を追加できませんでした
not-added-remedy = { $path } を確かめてください。
login-item-title = 「ログイン時に起動」を変更できませんでした
login-item-remedy = システムの設定で変更してください。
no-clipboard-title = クリップボードを使えません
no-clipboard-remedy = もう一度お試しください。ほかのアプリが使用中の可能性があります。

## login-item (src/cli/login_item.rs)

login-item-on = Remote Jupyter はログイン時に起動します。
login-item-off = Remote Jupyter はログイン時に起動しません。
login-item-approval = 「システム設定」の「一般」→「ログイン項目」での許可を待っています。
login-item-not-here = ここではログイン時に起動できません: { $reason }
