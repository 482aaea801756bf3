package telegram

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/outbox"
)

func TestDecodeUpdate(t *testing.T) {
	const (
		person = `{"id":5,"is_bot":false,"first_name":"Айгерім","last_name":"С.","username":"aika","language_code":"kk"}`
		direct = `{"id":5,"type":"private","first_name":"Айгерім","last_name":"С.","username":"aika"}`
		forum  = `{"id":-1001,"type":"supergroup","title":"Форум","is_forum":true}`
		news   = `{"id":-1002,"type":"channel","title":"Арна"}`
	)
	user := User{ID: 5, Name: "Айгерім С.", Username: "aika", Language: "kk"}
	chat := Chat{ID: 5, Kind: Private, Title: "Айгерім С."}
	forumChat := Chat{ID: -1001, Kind: Supergroup, Title: "Форум", Forum: true}
	channel := Chat{ID: -1002, Kind: Channel, Title: "Арна"}
	date := time.Date(2026, 5, 28, 20, 26, 40, 0, time.UTC)
	member := func(chat, standing string) string {
		return `{"update_id":1,"my_chat_member":{"chat":` + chat + `,"from":` + person + `,"date":1,"old_chat_member":{"status":"left"},"new_chat_member":` + standing + `}}`
	}
	tests := []struct {
		name, raw string
		want      Update
	}{
		{"text", `{"update_id":1,"message":{"message_id":7,"from":` + person + `,"chat":` + direct + `,"date":1780000000,"text":"/news","entities":[{"type":"bot_command","offset":0,"length":5}]}}`,
			Update{ID: 1, Message: &Message{ID: 7, Chat: chat, From: user, Text: "/news", Entities: []Entity{{Type: "bot_command", Length: 5}}, Date: date}}},
		{"picture", `{"update_id":1,"message":{"message_id":7,"from":` + person + `,"chat":` + direct + `,"date":1780000000,"photo":[{"file_id":"x"}],"caption":"с"}}`,
			Update{ID: 1, Message: &Message{ID: 7, Chat: chat, From: user, Caption: "с", HasMedia: true, Captioned: true, Date: date}}},
		{"one of an album, forwarded with its link", `{"update_id":1,"message":{"message_id":7,"from":` + person + `,"chat":` + direct + `,"date":1780000000,"media_group_id":"77","photo":[{"file_id":"x"}],"caption":"с",
			"caption_entities":[{"type":"bold","offset":0,"length":1}],"reply_markup":{"inline_keyboard":[[{"text":"a","url":"https://a.example/"},{"text":"b","callback_data":"b"}],[{"text":"c","web_app":{"url":"https://c.example/"}}]]}}}`,
			Update{ID: 1, Message: &Message{
				ID: 7, Chat: chat, From: user, Caption: "с", Entities: []Entity{{Type: "bold", Length: 1}}, HasMedia: true, Captioned: true, Album: "77", Date: date,
				Buttons: []string{"b"}, Links: [][]outbox.Button{{{Text: "a", URL: "https://a.example/"}}},
			}}},
		{"sticker", `{"update_id":1,"message":{"message_id":7,"from":` + person + `,"chat":` + direct + `,"date":1780000000,"sticker":{"file_id":"x"}}}`,
			Update{ID: 1, Message: &Message{ID: 7, Chat: chat, From: user, HasMedia: true, Date: date}}},
		{"media that is null", `{"update_id":1,"message":{"message_id":7,"from":` + person + `,"chat":` + direct + `,"date":1780000000,"video":null}}`,
			Update{ID: 1, Message: &Message{ID: 7, Chat: chat, From: user, Date: date}}},
		{"topic", `{"update_id":1,"message":{"message_id":9,"message_thread_id":4,"is_topic_message":true,"from":` + person + `,"chat":` + forum + `,"date":1780000000,"text":"x",
			"reply_to_message":{"message_id":4,"chat":` + forum + `,"date":1780000000,"forum_topic_created":{"name":"n"}}}}`,
			Update{ID: 1, Message: &Message{ID: 9, Chat: forumChat, From: user, ThreadID: 4, Text: "x", Date: date}}},
		{"reply in a plain group", `{"update_id":1,"message":{"message_id":9,"message_thread_id":4,"from":` + person + `,"chat":` + forum + `,"date":1780000000,"text":"x",
			"reply_to_message":{"message_id":4,"chat":` + forum + `,"date":1780000000,"text":"y"}}}`,
			Update{ID: 1, Message: &Message{ID: 9, Chat: forumChat, From: user, Text: "x", Date: date, ReplyTo: &Message{ID: 4, Chat: forumChat, Text: "y", Date: date}}}},
		{"anonymous administrator", `{"update_id":1,"message":{"message_id":9,"from":{"id":1087968824,"is_bot":true,"first_name":"Group"},"sender_chat":` + forum + `,"chat":` + forum + `,"date":1780000000,"text":"x"}}`,
			Update{ID: 1, Message: &Message{ID: 9, Chat: forumChat, From: User{ID: 1087968824, Bot: true, Name: "Group"}, SenderChat: -1001, Text: "x", Date: date}}},
		{"post of a channel", `{"update_id":1,"channel_post":{"message_id":9,"sender_chat":` + news + `,"chat":` + news + `,"date":1780000000,"text":"/digest"}}`,
			Update{ID: 1, Message: &Message{ID: 9, Chat: channel, SenderChat: -1002, Text: "/digest", Date: date}}},
		{"upgrade of a group", `{"update_id":1,"message":{"message_id":9,"from":` + person + `,"chat":{"id":-7,"type":"group","title":"Г"},"date":1780000000,"migrate_to_chat_id":-1007}}`,
			Update{ID: 1, Message: &Message{ID: 9, Chat: Chat{ID: -7, Kind: Group, Title: "Г"}, From: user, MigratedTo: -1007, Date: date}}},
		{"button", `{"update_id":1,"callback_query":{"id":"q","from":` + person + `,"message":{"message_id":7,"chat":` + direct + `,"date":1780000000,"text":"x"},"chat_instance":"1","data":"n:2"}}`,
			Update{ID: 1, Callback: &Callback{ID: "q", From: user, Data: "n:2", Message: &Message{ID: 7, Chat: chat, Text: "x", Date: date}}}},
		{"button of a message no longer shown", `{"update_id":1,"callback_query":{"id":"q","from":` + person + `,"message":{"message_id":7,"chat":` + direct + `,"date":0},"data":"n:2"}}`,
			Update{ID: 1, Callback: &Callback{ID: "q", From: user, Data: "n:2", Message: &Message{ID: 7, Chat: chat}}}},
		{"button of an inline message", `{"update_id":1,"callback_query":{"id":"q","from":` + person + `,"inline_message_id":"i","data":"n:2"}}`,
			Update{ID: 1, Callback: &Callback{ID: "q", From: user, Data: "n:2"}}},
		{"inline query", `{"update_id":1,"inline_query":{"id":"q","from":` + person + `,"query":"100 usd","offset":"","chat_type":"group"}}`,
			Update{ID: 1, Inline: &InlineQuery{ID: "q", From: user, Text: "100 usd"}}},
		{"blocked", member(direct, `{"status":"kicked","until_date":0}`), Update{ID: 1, Member: &MemberChange{Chat: chat, From: user, Before: "left", Status: "kicked"}}},
		{"unblocked", member(direct, `{"status":"member"}`), Update{ID: 1, Member: &MemberChange{Chat: chat, From: user, Before: "left", Status: "member", CanSend: true}}},
		{"made administrator of a group", member(forum, `{"status":"administrator"}`), Update{ID: 1, Member: &MemberChange{Chat: forumChat, From: user, Before: "left", Status: "administrator", CanSend: true}}},
		{"administrator of a channel who may not post", member(news, `{"status":"administrator","can_post_messages":false}`), Update{ID: 1, Member: &MemberChange{Chat: channel, From: user, Before: "left", Status: "administrator"}}},
		{"administrator of a channel", member(news, `{"status":"administrator","can_post_messages":true}`), Update{ID: 1, Member: &MemberChange{Chat: channel, From: user, Before: "left", Status: "administrator", CanSend: true}}},
		{"muted", member(forum, `{"status":"restricted","is_member":true,"can_send_messages":false}`), Update{ID: 1, Member: &MemberChange{Chat: forumChat, From: user, Before: "left", Status: "restricted"}}},
		{"restricted, may write", member(forum, `{"status":"restricted","is_member":true,"can_send_messages":true}`), Update{ID: 1, Member: &MemberChange{Chat: forumChat, From: user, Before: "left", Status: "restricted", CanSend: true}}},
		{"restricted and away", member(forum, `{"status":"restricted","is_member":false,"can_send_messages":true}`), Update{ID: 1, Member: &MemberChange{Chat: forumChat, From: user, Before: "left", Status: "left"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok, err := decodeUpdate([]byte(tt.raw))
			if err != nil || !ok {
				t.Fatalf("%v, %v", ok, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzDecodeUpdate holds that what is handed on has exactly one part.
func FuzzDecodeUpdate(f *testing.F) {
	f.Add([]byte(textUpdate(1)))
	f.Add([]byte(`{"update_id":2,"callback_query":{"id":"1","from":{"id":1},"message":{"message_id":1,"date":0}}}`))
	f.Add([]byte(`{"update_id":3,"my_chat_member":{"chat":{"type":"channel"},"new_chat_member":{"status":"kicked"}},"message":{}}`))
	f.Add([]byte(`{"update_id":5,"inline_query":{"id":"1","from":{"id":1},"query":"x"}}`))
	f.Add([]byte(`{"update_id":4,"message":{"reply_to_message":{"reply_to_message":{}}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, ok, err := decodeUpdate(raw)
		parts := 0
		for _, set := range []bool{u.Message != nil, u.Callback != nil, u.Member != nil, u.Inline != nil} {
			if set {
				parts++
			}
		}
		if ok != (parts == 1) || err != nil && ok {
			t.Fatalf("%+v, %v, %v", u, ok, err)
		}
	})
}
