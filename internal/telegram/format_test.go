package telegram

import (
	"testing"

	"newsbot/internal/outbox"
)

func TestMessageHTML(t *testing.T) {
	client := newClient(t, Options{BaseURL: newServer(t).URL()})
	for name, tc := range map[string]struct {
		text     string
		entities []Entity
		from     int
		want     string
	}{
		"plain":            {"a < b & c", nil, 0, "a &lt; b &amp; c"},
		"behind a command": {"/broadcast Снег & лёд", []Entity{{Type: "bot_command", Length: 10}, {Type: "bold", Offset: 11, Length: 4}}, 11, "<b>Снег</b> &amp; лёд"},
		"across the start": {"/broadcast all", []Entity{{Type: "italic", Offset: 0, Length: 14}}, 11, "<i>all</i>"},
		"nested":           {"abcdef", []Entity{{Type: "bold", Offset: 0, Length: 6}, {Type: "italic", Offset: 2, Length: 2}}, 0, "<b>ab<i>cd</i>ef</b>"},
		"same range":       {"ab", []Entity{{Type: "bold", Length: 2}, {Type: "underline", Length: 2}}, 0, "<b><u>ab</u></b>"},
		"crossing":         {"abcdef", []Entity{{Type: "bold", Offset: 0, Length: 4}, {Type: "italic", Offset: 2, Length: 4}}, 0, "<b>ab<i>cd</i></b><i>ef</i>"},
		"after an emoji":   {"🏔 гора", []Entity{{Type: "strikethrough", Offset: 3, Length: 4}}, 0, "🏔 <s>гора</s>"},
		"link":             {"see here", []Entity{{Type: "text_link", Offset: 4, Length: 4, URL: `https://x.kz/?a=1&b="2"`}}, 0, `see <a href="https://x.kz/?a=1&amp;b=&#34;2&#34;">here</a>`},
		"code":             {"x := 1", []Entity{{Type: "pre", Length: 6, Language: "go"}}, 0, `<pre><code class="language-go">x := 1</code></pre>`},
		"quote":            {"so it is", []Entity{{Type: "expandable_blockquote", Length: 8}}, 0, "<blockquote expandable>so it is</blockquote>"},
		"out of range":     {"ab", []Entity{{Type: "bold", Offset: 1, Length: 99}, {Type: "italic", Offset: 50, Length: 2}}, 0, "a<b>b</b>"},
		"nothing left":     {"/broadcast", nil, 99, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := Message{Text: tc.text, Entities: tc.entities}
			got := m.HTML(tc.from)
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if got == "" {
				return
			}
			if _, err := client.SendMessage(t.Context(), reader, 0, outbox.Message{Text: got}); err != nil {
				t.Errorf("Telegram does not take %q: %v", got, err)
			}
		})
	}
}
