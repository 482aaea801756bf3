package emulator

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatPeopleDo(t *testing.T) {
	s := populated(t)
	drain(t, s)
	said, err := s.Say(aida, aida, "/news now", WithoutEntities())
	if err != nil || len(said.Entities) != 0 {
		t.Errorf("%+v %v", said, err)
	}
	bold, err := s.Say(aida, aida, " маңызды ", WithEntities(e("bold", 1, 7)), ReplyTo(said.ID))
	if err != nil || bold.HTML() != "<b>маңызды</b>" || bold.ReplyTo != said.ID {
		t.Errorf("%+v %v", bold, err)
	}
	forward, err := s.Say(aida, aida, "бұрынғы", ForwardedFrom(User{ID: 9, FirstName: "Самат"}))
	if err != nil || forward.ForwardedFrom != "Самат" || forward.From.ID != aida {
		t.Errorf("%+v %v", forward, err)
	}
	if _, err := s.EditSaid(aida, aida, said.ID, "/rates"); err != nil {
		t.Error(err)
	}
	if _, err := s.EditSaid(berik, aida, said.ID, "x"); err == nil {
		t.Error("a stranger edited")
	}
	list := poll(t, s)
	if len(list) != 4 || list[1].Message.ReplyTo == nil || list[1].Message.ReplyTo.ID != said.ID || list[3].Edited.Text != "/rates" {
		t.Errorf("updates %+v", list)
	}
	s.DeleteSaid(aida, said.ID, forward.ID)
	if _, there := s.Message(aida, said.ID); there {
		t.Error("it is still there")
	}
	s.Block(aida)
	if _, err := s.Say(aida, aida, "x"); err == nil {
		t.Error("she wrote to a bot that she has blocked")
	}

	s.SetMember(groupID, berik, Left)
	if _, err := s.Say(berik, groupID, "x"); err == nil {
		t.Error("he spoke in a group that he has left")
	}
	s.Join(groupID, berik)
	if _, err := s.Say(berik, groupID, "x"); err != nil {
		t.Error(err)
	}
	info, ok := s.ChatInfo(groupID)
	if !ok || info.Members[berik] != Member || info.Last.Text != "x" || info.BotStatus != Member {
		t.Errorf("%+v", info)
	}
	if chats := s.Chats(); chats[0].ID != groupID || len(chats) != 5 {
		t.Errorf("the first chat is %d of %d", chats[0].ID, len(chats))
	}
	if users := s.Users(); len(users) != 2 || users[0].ID != aida {
		t.Errorf("users %+v", users)
	}
}

func TestEntitiesOfTheBot(t *testing.T) {
	s := start(t)
	before := s.Sent()
	var m gotMessage
	must(t, s, &m, "sendMessage", "chat_id", "501", "text", "Қала a.kz", "entities",
		`[{"type":"bold","offset":0,"length":6},{"type":"text_link","offset":0,"length":4,"url":"javascript:x"},{"type":"url","offset":0,"length":2},{"type":"code","offset":50,"length":2}]`)
	want := []Entity{e("bold", 0, 5), e("url", 5, 4), e("bold", 5, 1)}
	if d := cmp.Diff(want, m.Entities); d != "" {
		t.Error(d)
	}
	refused(t, s, "Bad Request: can't parse entities: can't parse as a JSON array of MessageEntity", "sendMessage", "chat_id", "501", "text", "x", "entities", `[{"type":1}]`)
	must(t, s, &m, "sendMessage", "chat_id", "501", "text", strings.Repeat("<b>a</b> ", 150), "parse_mode", "HTML")
	if n := s.Messages(aida)[2].Entities; len(n) != maxEntities {
		t.Errorf("%d entities are kept", len(n))
	}
	if s.Sent() != before+2 {
		t.Errorf("sent %d", s.Sent()-before)
	}
	if v := s.Violations(); !slices.Contains(v, "sendMessage: 150 entities are given: only 100 are kept") {
		t.Errorf("violations %q", v)
	}
}

func TestRestOfTheMethods(t *testing.T) {
	s := populated(t)
	post, err := s.Say(aida, channelID, "жазба")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("getChat", func(t *testing.T) {
		var c struct {
			Type, Title string
			IsForum     bool `json:"is_forum"`
			Permissions map[string]bool
		}
		must(t, s, &c, "getChat", "chat_id", itoa(forumID))
		if c.Type != Supergroup || !c.IsForum || !c.Permissions["can_send_messages"] {
			t.Errorf("%+v", c)
		}
		refused(t, s, "Bad Request: chat not found", "getChat", "chat_id", itoa(berik))
	})
	t.Run("posts of others in a channel", func(t *testing.T) {
		must(t, s, nil, "editMessageText", "chat_id", "@test_arna", "message_id", itoa(post.ID), "text", "түзетілген")
		s.SetRights(channelID, Rights{PostMessages: true})
		refused(t, s, "Bad Request: message can't be edited", "editMessageText", "chat_id", "@test_arna", "message_id", itoa(post.ID), "text", "x")
		refused(t, s, "Bad Request: message can't be deleted", "deleteMessage", "chat_id", "@test_arna", "message_id", itoa(post.ID))
		refused(t, s, "Bad Request: not enough rights to manage pinned messages in the chat", "pinChatMessage", "chat_id", "@test_arna", "message_id", itoa(post.ID))
	})
	t.Run("many are forwarded", func(t *testing.T) {
		var ids []wireMessageID
		must(t, s, &ids, "forwardMessages", "chat_id", "501", "from_chat_id", itoa(channelID), "message_ids", "["+itoa(post.ID)+"]")
		if m, _ := s.Message(aida, ids[0].MessageID); m.ForwardedFrom != "Арна" || m.Text != "түзетілген" {
			t.Errorf("%+v", m)
		}
	})
	t.Run("unpin all", func(t *testing.T) {
		must(t, s, nil, "pinChatMessage", "chat_id", "501", "message_id", itoa(s.Messages(aida)[0].ID))
		must(t, s, nil, "unpinAllChatMessages", "chat_id", "501")
		refused(t, s, "Bad Request: message to unpin not found", "unpinChatMessage", "chat_id", "501")
	})
	t.Run("draft", func(t *testing.T) {
		must(t, s, nil, "sendMessageDraft", "chat_id", "501", "draft_id", "5", "text", "жазып жатыр")
		refused(t, s, "Bad Request: DRAFT_ID_INVALID", "sendMessageDraft", "chat_id", "501", "draft_id", "0", "text", "x")
		refused(t, s, "Bad Request: message drafts can be sent only to private chats", "sendMessageDraft", "chat_id", itoa(groupID), "draft_id", "5", "text", "x")
	})
	t.Run("topics", func(t *testing.T) {
		thread := itoa(s.AddTopic(forumID, "A"))
		must(t, s, nil, "editForumTopic", "chat_id", itoa(forumID), "message_thread_id", thread, "name", "B")
		must(t, s, nil, "closeForumTopic", "chat_id", itoa(forumID), "message_thread_id", thread)
		must(t, s, nil, "reopenForumTopic", "chat_id", itoa(forumID), "message_thread_id", thread)
		info, _ := s.ChatInfo(forumID)
		if top := info.Topics[0]; top.Name != "B" || top.Closed {
			t.Errorf("%+v", top)
		}
		must(t, s, nil, "deleteForumTopic", "chat_id", itoa(forumID), "message_thread_id", thread)
		refused(t, s, "Bad Request: the chat is not a forum", "createForumTopic", "chat_id", itoa(groupID), "name", "x")
	})
	t.Run("names", func(t *testing.T) {
		must(t, s, nil, "setMyName", "name", "Жаңалық", "language_code", "kk")
		must(t, s, nil, "setMyShortDescription", "short_description", "қысқа")
		for method, want := range map[string]string{"getMyName": `{"name":"Жаңалық"}`, "getMyDescription": `{"description":""}`, "getMyShortDescription": `{"short_description":"қысқа"}`} {
			if r := form(t, s, method, "language_code", "kk"); string(r.Result) != want {
				t.Errorf("%s: %s", method, r.Result)
			}
		}
	})
	t.Run("menu button", func(t *testing.T) {
		must(t, s, nil, "setChatMenuButton", "chat_id", "501", "menu_button", `{"type":"default"}`)
		if r := form(t, s, "getChatMenuButton", "chat_id", "501"); string(r.Result) != `{"type":"default"}` {
			t.Errorf("%s", r.Result)
		}
		refused(t, s, "Bad Request: can't parse menu button: unsupported type specified", "setChatMenuButton", "menu_button", `{"type":"x"}`)
	})
	t.Run("stars", func(t *testing.T) { must(t, s, nil, "getMyStarBalance") })
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}
