package emulator

import (
	"encoding/json"
	"testing"
)

// album sends three pictures as Aida and drops the updates they make.
func album(t *testing.T, s *Server) []Message {
	t.Helper()
	sent, err := s.SayAlbum(aida, aida, "three of them", [][]byte{picture(t, 40, 30), picture(t, 41, 30), picture(t, 42, 30)})
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

func idsOf(t *testing.T, msgs ...Message) string {
	t.Helper()
	var ids []int64
	for _, m := range msgs {
		ids = append(ids, m.ID)
	}
	b, err := json.Marshal(ids)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAlbumComesAsMessagesOfItsOwn(t *testing.T) {
	s := start(t)
	drain(t, s)
	sent := album(t, s)
	var updates []struct {
		Message struct {
			ID      int64  `json:"message_id"`
			Group   string `json:"media_group_id"`
			Caption string `json:"caption"`
		} `json:"message"`
	}
	must(t, s, &updates, "getUpdates", "timeout", "0")
	if len(updates) != 3 {
		t.Fatalf("%d updates, want one a picture", len(updates))
	}
	for i, u := range updates {
		want := ""
		if i == 0 {
			want = "three of them"
		}
		if u.Message.ID != sent[i].ID || u.Message.Group == "" || u.Message.Group != updates[0].Message.Group || u.Message.Caption != want {
			t.Errorf("update %d: %+v", i, u.Message)
		}
	}
	if _, err := s.SayAlbum(aida, aida, "", [][]byte{picture(t, 40, 30)}); err == nil {
		t.Error("one picture is no album")
	}
}

func TestCopiesOfAnAlbumAreAnAlbum(t *testing.T) {
	s := start(t)
	sent := album(t, s)
	var ids []wireMessageID
	copied := func(i int) Message {
		m, ok := s.Message(aida, ids[i].MessageID)
		if !ok {
			t.Fatalf("message %d is not there", ids[i].MessageID)
		}
		return m
	}
	must(t, s, &ids, "copyMessages", "chat_id", "501", "from_chat_id", "501", "message_ids", idsOf(t, sent...))
	if len(ids) != 3 || copied(0).MediaGroupID == "" || copied(0).MediaGroupID == sent[0].MediaGroupID || copied(0).MediaGroupID != copied(2).MediaGroupID {
		t.Errorf("copies: %v, albums %q and %q", ids, copied(0).MediaGroupID, copied(2).MediaGroupID)
	}
	if copied(0).Caption != "three of them" {
		t.Errorf("caption %q", copied(0).Caption)
	}
	must(t, s, &ids, "copyMessages", "chat_id", "501", "from_chat_id", "501", "message_ids", idsOf(t, sent[1]))
	if m := copied(0); m.MediaGroupID != "" {
		t.Errorf("one picture of an album is copied into album %q", m.MediaGroupID)
	}
	refused(t, s, "Bad Request: there are no messages to copy", "copyMessages", "chat_id", "501", "from_chat_id", "501", "message_ids", "[7777]")
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

func TestFloodTakesAnAlbumWholeOrNotAtAll(t *testing.T) {
	s := start(t)
	sent := album(t, s)
	s.SetLimits(Limits{PerSecond: 4})
	count := len(s.Messages(aida))
	for _, want := range []struct {
		ok   bool
		more int
	}{{true, 3}, {true, 6}, {false, 6}} { // room for one lets all three through
		r := form(t, s, "copyMessages", "chat_id", "501", "from_chat_id", "501", "message_ids", idsOf(t, sent...))
		if r.OK != want.ok || len(s.Messages(aida))-count != want.more {
			t.Errorf("ok=%v, %d more messages; want %v, %d", r.OK, len(s.Messages(aida))-count, want.ok, want.more)
		}
	}
}

func TestDocumentsAreNotMixedWithPictures(t *testing.T) {
	s := start(t)
	r := multi(t, s, "sendMediaGroup", map[string]string{"chat_id": "501", "media": `[{"type":"photo","media":"attach://a"},{"type":"document","media":"attach://b"}]`},
		map[string][]byte{"a": picture(t, 40, 30), "b": []byte("text")})
	if r.OK || r.Description != "Bad Request: document can't be mixed with other media types" {
		t.Errorf("%v %q", r.OK, r.Description)
	}
}

func TestForwardedPostKeepsItsLinks(t *testing.T) {
	s := start(t)
	drain(t, s)
	if _, err := s.Say(aida, aida, "post", ForwardedFrom(User{ID: berik, FirstName: "Berik"}), WithLinks([]Button{{Text: "Site", URL: "https://kaztag.example/"}})); err != nil {
		t.Fatal(err)
	}
	var updates []struct {
		Message struct {
			Markup struct {
				Rows [][]struct{ Text, URL string } `json:"inline_keyboard"`
			} `json:"reply_markup"`
		} `json:"message"`
	}
	must(t, s, &updates, "getUpdates", "timeout", "0")
	if len(updates) != 1 || len(updates[0].Message.Markup.Rows) != 1 || updates[0].Message.Markup.Rows[0][0].URL != "https://kaztag.example/" {
		t.Errorf("%+v", updates)
	}
}
