package emulator

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	img.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPhotos(t *testing.T) {
	s := start(t)
	data := picture(t, 120, 80)
	r := multi(t, s, "sendPhoto", map[string]string{"chat_id": "501", "caption": "<b>Көл</b>", "parse_mode": "HTML"}, map[string][]byte{"photo": data})
	if !r.OK {
		t.Fatal(r.Description)
	}
	msgs := s.Messages(aida)
	sent := msgs[len(msgs)-1]
	if sent.Photo == nil || sent.Photo.Width != 120 || sent.Photo.Height != 80 || sent.HTML() != "<b>Көл</b>" {
		t.Fatalf("the page sees %+v", sent)
	}
	if got, kind, ok := s.File(sent.Photo.FileID); !ok || kind != "image/png" || !bytes.Equal(got, data) {
		t.Errorf("file: %d bytes, %s", len(got), kind)
	}

	var f wireFile
	must(t, s, &f, "getFile", "file_id", sent.Photo.FileID)
	res, err := http.Get(s.URL() + "/file/bot" + testToken + "/" + f.FilePath)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil || !bytes.Equal(body, data) {
		t.Errorf("download: %s, %d bytes, %v", res.Status, len(body), err)
	}
	if err := res.Body.Close(); err != nil {
		t.Error(err)
	}

	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/p.png":
			_, _ = w.Write(data)
		case "/page":
			_, _ = io.WriteString(w, "<html>no picture</html>")
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(web.Close)
	var m gotMessage
	must(t, s, &m, "sendPhoto", "chat_id", "501", "photo", web.URL+"/p.png")
	must(t, s, nil, "sendPhoto", "chat_id", "501", "photo", m.Photo[0].FileID, "show_caption_above_media", "true", "has_spoiler", "true")
	refused(t, s, "Bad Request: wrong type of the web page content", "sendPhoto", "chat_id", "501", "photo", web.URL+"/page")
	refused(t, s, "Bad Request: failed to get HTTP URL content", "sendPhoto", "chat_id", "501", "photo", web.URL+"/none")
	if r := multi(t, s, "sendPhoto", map[string]string{"chat_id": "501"}, map[string][]byte{"photo": []byte("no picture")}); r.Description != "Bad Request: IMAGE_PROCESS_FAILED" {
		t.Error(r.Description)
	}
	if r := multi(t, s, "sendPhoto", map[string]string{"chat_id": "501"}, map[string][]byte{"photo": picture(t, 210, 10)}); r.Description != "Bad Request: PHOTO_INVALID_DIMENSIONS" {
		t.Error(r.Description)
	}
	refused(t, s, "Bad Request: there is no text in the message to edit", "editMessageText", "chat_id", "501", "message_id", itoa(sent.ID), "text", "x")
	must(t, s, nil, "editMessageCaption", "chat_id", "501", "message_id", itoa(sent.ID), "caption", "new")
	refused(t, s, "Bad Request: there is no caption in the message to edit", "editMessageCaption", "chat_id", "501", "message_id", itoa(textMessage(t, s)), "caption", "x")

	r = multi(t, s, "sendMediaGroup", map[string]string{"chat_id": "501", "media": `[{"type":"photo","media":"attach://one","caption":"c"},{"type":"photo","media":"` + m.Photo[0].FileID + `"}]`}, map[string][]byte{"one": data})
	if !r.OK {
		t.Error(r.Description)
	}
	msgs = s.Messages(aida)
	if a, b := msgs[len(msgs)-2], msgs[len(msgs)-1]; a.MediaGroupID == "" || a.MediaGroupID != b.MediaGroupID {
		t.Errorf("media group %+v %+v", a, b)
	}
	r = multi(t, s, "sendDocument", map[string]string{"chat_id": "501"}, map[string][]byte{"document": []byte("a,b\n1,2\n")})
	if !r.OK {
		t.Error(r.Description)
	}
	if r := multi(t, s, "editMessageMedia", map[string]string{"chat_id": "501", "message_id": itoa(sent.ID), "media": `{"type":"photo","media":"attach://new"}`}, map[string][]byte{"new": picture(t, 50, 50)}); !r.OK {
		t.Error(r.Description)
	}
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
	if _, err := s.Say(aida, aida, "look", WithPhoto(data)); err != nil {
		t.Error(err)
	}
}

func TestWebPSize(t *testing.T) {
	head := func(chunk string, content ...byte) []byte {
		return append([]byte("RIFF\x00\x00\x00\x00WEBP"+chunk+"\x00\x00\x00\x00"), append(content, make([]byte, 10)...)...)
	}
	tests := []struct {
		name          string
		data          []byte
		width, height int
		ok            bool
	}{
		{"extended", head("VP8X", 0, 0, 0, 0, 0x7F, 0x02, 0, 0xDF, 0x01, 0), 640, 480, true},
		{"lossless", head("VP8L", 0x2F, 0x7F, 0xC2, 0x77, 0x00), 640, 480, true},
		{"lossy", head("VP8 ", 0, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x01), 640, 480, true},
		{"lossy without its mark", head("VP8 ", 0, 0, 0, 1, 2, 3, 0x80, 0x02, 0xE0, 0x01), 640, 480, false},
		{"another", head("ALPH"), 0, 0, false},
		{"short", []byte("RIFF"), 0, 0, false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if w, h, ok := webpSize(tc.data); ok != tc.ok || w != tc.width || h != tc.height {
				t.Errorf("%d×%d %v, want %d×%d %v", w, h, ok, tc.width, tc.height, tc.ok)
			}
		})
	}
}

func textMessage(t *testing.T, s *Server) int64 {
	t.Helper()
	var m gotMessage
	must(t, s, &m, "sendMessage", "chat_id", "501", "text", "text")
	return m.ID
}

func TestOldFilesLeave(t *testing.T) {
	s := start(t, func(o *Options) { o.KeepFiles = 400 })
	var first *Photo
	for i := range 10 {
		m, err := s.Say(aida, aida, "", WithPhoto(picture(t, 100+i, 100)))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = m.Photo
		}
	}
	if _, _, ok := s.File(first.FileID); ok {
		t.Error("the first picture is still kept")
	}
	if s.files.size > 800 {
		t.Errorf("%d bytes are kept", s.files.size)
	}
}

func TestCopyForwardPin(t *testing.T) {
	s := populated(t)
	post, err := s.Say(aida, channelID, "Жаңалық https://zakon.kz/1")
	if err != nil {
		t.Fatal(err)
	}
	var id wireMessageID
	must(t, s, &id, "copyMessage", "chat_id", "501", "from_chat_id", "@test_arna", "message_id", itoa(post.ID))
	copied, _ := s.Message(aida, id.MessageID)
	if copied.Text != post.Text || copied.ForwardedFrom != "" || len(copied.Entities) != 1 || !copied.Outgoing {
		t.Errorf("copied %+v", copied)
	}
	var m gotMessage
	must(t, s, &m, "forwardMessage", "chat_id", "501", "from_chat_id", itoa(channelID), "message_id", itoa(post.ID))
	if forwarded, _ := s.Message(aida, m.ID); forwarded.ForwardedFrom != "Арна" {
		t.Errorf("forwarded %+v", forwarded)
	}
	var ids []wireMessageID
	must(t, s, &ids, "copyMessages", "chat_id", itoa(groupID), "from_chat_id", itoa(channelID), "message_ids", "["+itoa(post.ID)+",777]")
	if len(ids) != 1 {
		t.Errorf("copied %v", ids)
	}

	drain(t, s)
	must(t, s, nil, "pinChatMessage", "chat_id", itoa(groupID), "message_id", itoa(ids[0].MessageID), "disable_notification", "true")
	if pinned, _ := s.Message(groupID, ids[0].MessageID); !pinned.Pinned {
		t.Error("it is not pinned")
	}
	if n := s.Pending(); n != 1 {
		t.Errorf("%d updates of a pin, want 1", n)
	}
	must(t, s, nil, "unpinChatMessage", "chat_id", itoa(groupID), "message_id", itoa(ids[0].MessageID))
	if pinned, _ := s.Message(groupID, ids[0].MessageID); pinned.Pinned {
		t.Error("it is still pinned")
	}
	var protected gotMessage
	must(t, s, &protected, "sendMessage", "chat_id", "501", "text", "x", "protect_content", "true")
	refused(t, s, "Bad Request: message has protected content and can't be copied", "copyMessage", "chat_id", "501", "from_chat_id", "501", "message_id", itoa(protected.ID))
}

func TestReplyKeyboards(t *testing.T) {
	s := start(t)
	var m gotMessage
	must(t, s, &m, "sendMessage", "chat_id", "501", "text", "menu", "reply_markup", `{"keyboard":[["📰 Жаңалық",{"text":"Бағам"}]],"resize_keyboard":true,"is_persistent":true,"input_field_placeholder":"?"}`)
	k, _ := s.Message(aida, m.ID)
	if k.ReplyKeyboard == nil || k.ReplyKeyboard.Rows[0][1].Text != "Бағам" || !k.ReplyKeyboard.Resize || k.ReplyKeyboard.Placeholder != "?" {
		t.Errorf("keyboard %+v", k.ReplyKeyboard)
	}
	refused(t, s, "Bad Request: message can't be edited", "editMessageText", "chat_id", "501", "message_id", itoa(m.ID), "text", "x")
	must(t, s, &m, "sendMessage", "chat_id", "501", "text", "away", "reply_markup", `{"remove_keyboard":true}`)
	if away, _ := s.Message(aida, m.ID); !away.RemoveKeyboard {
		t.Error("the keyboard stays")
	}
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

func TestCommandScopes(t *testing.T) {
	s := populated(t)
	set := func(name, scope, lang string) {
		t.Helper()
		must(t, s, nil, "setMyCommands", "commands", `[{"command":"`+name+`","description":"d"}]`, "scope", scope, "language_code", lang)
	}
	set("default", `{"type":"default"}`, "")
	set("default_kk", `{"type":"default"}`, "kk")
	set("private", `{"type":"all_private_chats"}`, "")
	set("private_ru", `{"type":"all_private_chats"}`, "ru")
	set("aida", `{"type":"chat","chat_id":501}`, "")
	set("groups", `{"type":"all_group_chats"}`, "")
	set("admins", `{"type":"all_chat_administrators"}`, "")
	set("forum_admins", `{"type":"chat_administrators","chat_id":-1001500000001}`, "")
	set("berik_here", `{"type":"chat_member","chat_id":-1001500000001,"user_id":502}`, "")
	tests := []struct {
		name       string
		user, chat int64
		lang, want string
	}{
		{"the chat's own", aida, aida, "kk", "aida"},
		{"language in the scope", berik, berik, "ru-RU", "private_ru"},
		{"a narrower scope beats the language", berik, berik, "kk", "private"},
		{"group member", berik, groupID, "ru", "groups"},
		{"group administrator", aida, groupID, "ru", "admins"},
		{"administrator of this chat", aida, forumID, "", "forum_admins"},
		{"member of this chat", berik, forumID, "", "berik_here"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			list := s.Commands(tc.user, tc.chat, tc.lang)
			if len(list) != 1 || list[0].Command != tc.want {
				t.Errorf("got %+v, want %s", list, tc.want)
			}
		})
	}
	var list []Command
	must(t, s, &list, "getMyCommands", "language_code", "kk")
	if len(list) != 1 || list[0].Command != "default_kk" {
		t.Errorf("getMyCommands %+v", list)
	}
	must(t, s, nil, "deleteMyCommands", "scope", `{"type":"chat","chat_id":501}`)
	if list := s.Commands(aida, aida, ""); list[0].Command != "private" {
		t.Errorf("after a delete %+v", list)
	}
	must(t, s, nil, "setMyDescription", "description", "Сипаттама", "language_code", "kk")
	must(t, s, nil, "setMyDescription", "description", "Default")
	if s.Description("kk-KZ") != "Сипаттама" || s.Description("en") != "Default" {
		t.Errorf("descriptions %q %q", s.Description("kk-KZ"), s.Description("en"))
	}
}

func TestInline(t *testing.T) {
	s := start(t)
	drain(t, s)
	got := make(chan InlineAnswer, 1)
	ctx := within(t, 10*time.Second)
	go func() {
		a, err := s.Inline(ctx, aida, "теңге", "")
		if err != nil {
			t.Error(err)
		}
		got <- a
	}()
	list := poll(t, s, "timeout", "10")
	if len(list) != 1 || list[0].Inline == nil || list[0].Inline.Query != "теңге" {
		t.Fatalf("updates %+v", list)
	}
	id := list[0].Inline.ID
	refused(t, s, "Bad Request: RESULT_ID_DUPLICATE", "answerInlineQuery", "inline_query_id", id, "results",
		`[{"type":"article","id":"1","title":"a","input_message_content":{"message_text":"x"}},{"type":"article","id":"1","title":"a","input_message_content":{"message_text":"x"}}]`)
	must(t, s, nil, "answerInlineQuery", "inline_query_id", id, "cache_time", "5", "results",
		`[{"type":"article","id":"1","title":"Теңге","input_message_content":{"message_text":"<b>x</b>","parse_mode":"HTML"},"reply_markup":{"inline_keyboard":[[{"text":"b","callback_data":"d"}]]}}]`)
	a := <-got
	if len(a.Results) != 1 || a.Results[0].Title != "Теңге" || a.Results[0].Text != "x" || a.CacheTime != 5 {
		t.Fatalf("answer %+v", a)
	}
	m, err := s.ChooseInline(aida, aida, a, "1")
	if err != nil || !m.ViaBot || m.HTML() != "<b>x</b>" {
		t.Fatalf("%+v %v", m, err)
	}
	if _, err := s.PressAsync(aida, aida, m.ID, "d"); err != nil {
		t.Fatal(err)
	}
	drained := poll(t, s, "offset", itoa(list[0].ID+1))
	if len(drained) != 2 || drained[1].Callback == nil || drained[1].Callback.Message != nil || drained[1].Callback.InlineID == "" {
		t.Fatalf("updates %+v", drained)
	}
	must(t, s, nil, "editMessageText", "inline_message_id", drained[1].Callback.InlineID, "text", "y")
	if edited, _ := s.Message(aida, m.ID); edited.Text != "y" {
		t.Errorf("edited %+v", edited)
	}
	refused(t, s, "Bad Request: MESSAGE_ID_INVALID", "editMessageText", "inline_message_id", "nothing", "text", "y")
}

func TestEvents(t *testing.T) {
	s := start(t, func(o *Options) { o.KeepEvents = 8 })
	from := s.Seq()
	events, cancel := s.Events()
	defer cancel()
	must(t, s, nil, "sendChatAction", "chat_id", "501", "action", "typing")
	if s.Typing(aida) != "typing" {
		t.Error("nobody types")
	}
	id := textMessage(t, s)
	if s.Typing(aida) != "" {
		t.Error("somebody still types")
	}
	must(t, s, nil, "editMessageText", "chat_id", "501", "message_id", itoa(id), "text", "other")
	must(t, s, nil, "deleteMessage", "chat_id", "501", "message_id", itoa(id))
	want := []EventKind{EventTyping, EventMessage, EventEdit, EventDelete}
	for i, kind := range want {
		if e := <-events; e.Kind != kind || e.Seq != from+int64(i)+1 || e.ChatID != aida {
			t.Errorf("event %d: %+v, want %s", i, e, kind)
		}
	}
	if again, ok := s.Since(from); !ok || len(again) != len(want) {
		t.Errorf("since: %+v %v", again, ok)
	}
	for range 10 {
		textMessage(t, s)
	}
	if _, ok := s.Since(from); ok {
		t.Error("forgotten events are said to be there")
	}
	if last, ok := s.Since(s.Seq() - 8); !ok || len(last) != 8 || last[7].Seq != s.Seq() {
		t.Errorf("the last 8: %+v %v", last, ok)
	}
	cancel()
	for e := range events {
		_ = e // what was sent before the end
	}
}
