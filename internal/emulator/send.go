package emulator

import (
	"encoding/json"
	"slices"
	"strings"
)

const (
	maxText    = 4096 // UTF-16 units after parsing
	maxCaption = 1024
	maxRaw     = 32768 // bytes before parsing
)

// handlers are the methods that the emulator has.
var handlers = map[string]func(*request) (any, *apiError){
	"getMe":                  (*request).getMe,
	"sendMessage":            (*request).sendMessage,
	"sendPhoto":              (*request).sendPhoto,
	"sendDocument":           (*request).sendDocument,
	"sendMediaGroup":         (*request).sendMediaGroup,
	"copyMessage":            (*request).copyMessage,
	"copyMessages":           (*request).copyMessages,
	"forwardMessage":         (*request).forwardMessage,
	"forwardMessages":        (*request).forwardMessages,
	"sendChatAction":         (*request).sendChatAction,
	"sendMessageDraft":       (*request).sendMessageDraft,
	"editMessageText":        (*request).editMessageText,
	"editMessageCaption":     (*request).editMessageCaption,
	"editMessageReplyMarkup": (*request).editMessageReplyMarkup,
	"editMessageMedia":       (*request).editMessageMedia,
	"deleteMessage":          (*request).deleteMessage,
	"deleteMessages":         (*request).deleteMessages,
	"pinChatMessage":         (*request).pinChatMessage,
	"unpinChatMessage":       (*request).unpinChatMessage,
	"unpinAllChatMessages":   (*request).unpinAllChatMessages,
	"answerCallbackQuery":    (*request).answerCallbackQuery,
	"answerInlineQuery":      (*request).answerInlineQuery,
	"getUpdates":             (*request).getUpdates,
	"setWebhook":             (*request).setWebhook,
	"deleteWebhook":          (*request).deleteWebhook,
	"getWebhookInfo":         (*request).getWebhookInfo,
	"getChat":                (*request).getChat,
	"getChatMember":          (*request).getChatMember,
	"getChatAdministrators":  (*request).getChatAdministrators,
	"getChatMemberCount":     (*request).getChatMemberCount,
	"leaveChat":              (*request).leaveChat,
	"createForumTopic":       (*request).createForumTopic,
	"editForumTopic":         (*request).editForumTopic,
	"closeForumTopic":        (*request).closeForumTopic,
	"reopenForumTopic":       (*request).reopenForumTopic,
	"deleteForumTopic":       (*request).deleteForumTopic,
	"setMyCommands":          (*request).setMyCommands,
	"getMyCommands":          (*request).getMyCommands,
	"deleteMyCommands":       (*request).deleteMyCommands,
	"setMyName":              (*request).setMyName,
	"getMyName":              (*request).getMyName,
	"setMyDescription":       (*request).setMyDescription,
	"getMyDescription":       (*request).getMyDescription,
	"setMyShortDescription":  (*request).setMyShortDescription,
	"getMyShortDescription":  (*request).getMyShortDescription,
	"setChatMenuButton":      (*request).setChatMenuButton,
	"getChatMenuButton":      (*request).getChatMenuButton,
	"getFile":                (*request).getFile,
	"getMyStarBalance":       (*request).getMyStarBalance,
}

// formatted parses a text with its parse_mode or its entities.
func (r *request) formatted(text, mode, entities string) (string, []Entity, *apiError) {
	if len(text) > maxRaw {
		return "", nil, badRequest("text is too long")
	}
	text = strings.ReplaceAll(text, "\r", "")
	var list []Entity
	switch strings.ToLower(mode) {
	case "":
		if entities != "" && entities != "null" {
			given, err := givenEntities(entities, text)
			if err != nil {
				return "", nil, badRequest("can't parse entities: can't parse as a JSON array of MessageEntity")
			}
			list = given
		}
	case "html":
		if entities != "" && entities != "null" {
			r.violate("parse_mode and entities are both given: entities are ignored")
		}
		parsed, found, err := parseHTML(text)
		if err != nil {
			return "", nil, badRequest("can't parse entities: %s", err)
		}
		text, list = parsed, found
	case "markdown", "markdownv2":
		r.violate("parse_mode %s is not emulated", mode)
		return "", nil, badRequest("unsupported parse_mode")
	default:
		return "", nil, badRequest("unsupported parse_mode")
	}
	given := len(list)
	text, list = settle(text, list, true)
	if given > maxEntities {
		r.violate("%d entities are given: only %d are kept", given, maxEntities)
	}
	list = slices.DeleteFunc(list, func(e Entity) bool {
		if e.Type != "text_mention" {
			return false
		}
		_, known := r.s.user(e.User.ID)
		return !known
	})
	return text, list, nil
}

// common reads what all sending methods share into m.
func (r *request) common(m *Message, private bool) *apiError {
	m.Outgoing, m.From = true, r.s.bot
	m.Silent, m.Protected = r.bool("disable_notification"), r.bool("protect_content")
	keys, err := r.markupOf(r.vals["reply_markup"], private)
	if err != nil {
		return err
	}
	m.InlineKeyboard, m.ReplyKeyboard, m.RemoveKeyboard, m.ForceReply = keys.inline, keys.reply, keys.remove, keys.forceReply
	return nil
}

func (r *request) privateTarget() bool {
	return !strings.HasPrefix(r.vals["chat_id"], "-") && !strings.HasPrefix(r.vals["chat_id"], "@")
}

type replyParameters struct {
	MessageID    int64           `json:"message_id"`
	ChatID       json.RawMessage `json:"chat_id"`
	EphemeralID  int64           `json:"ephemeral_message_id"`
	AllowWithout bool            `json:"allow_sending_without_reply"`
	Quote        string          `json:"quote"`
	QuoteMode    string          `json:"quote_parse_mode"`
	QuoteList    json.RawMessage `json:"quote_entities"`
	QuotePos     int             `json:"quote_position"`
	TaskID       int64           `json:"checklist_task_id"`
	OptionID     string          `json:"poll_option_id"`
}

// reply reads what the message answers. The chat's lock is held.
func (r *request) reply(c *chat, m *Message) *apiError {
	p := replyParameters{MessageID: r.integer("reply_to_message_id", 0), AllowWithout: r.bool("allow_sending_without_reply")}
	if raw := r.vals["reply_parameters"]; raw != "" && raw != "null" {
		p = replyParameters{}
		if err := r.decode("reply_parameters", raw, &p); err != nil {
			return badRequest("object expected as reply parameters")
		}
	}
	if p.MessageID == 0 {
		return nil
	}
	if other := strings.Trim(string(p.ChatID), `"`); other != "" && other != itoa(c.id) && !strings.EqualFold(other, "@"+c.username) {
		r.violate("replies to other chats are not emulated")
		return nil
	}
	to := c.find(p.MessageID)
	if to == nil {
		if p.AllowWithout {
			return nil
		}
		return badRequest("message to be replied not found")
	}
	if p.Quote != "" {
		text, _, err := r.formatted(p.Quote, p.QuoteMode, string(p.QuoteList))
		if err != nil {
			return err
		}
		if !strings.Contains(to.Text+to.Caption, text) {
			return badRequest("QUOTE_TEXT_INVALID")
		}
		m.ReplyQuote = text
	}
	m.ReplyTo = to.ID
	if m.ThreadID == 0 {
		m.ThreadID = to.ThreadID
	}
	return nil
}

// thread reads message_thread_id. The chat's lock is held.
func (r *request) thread(c *chat, m *Message) *apiError {
	id := r.integer("message_thread_id", 0)
	if id == 0 || id == 1 && c.isForum { // 1 is the topic General
		return nil
	}
	t := c.topic(id)
	if !c.isForum || t == nil {
		return badRequest("message thread not found")
	}
	if t.Closed && !r.s.may(c, func(r Rights) bool { return r.ManageTopics }) {
		return badRequest("TOPIC_CLOSED")
	}
	m.ThreadID = id
	return nil
}

// deliver puts a finished message into its chat: rights, limits, topic, reply.
func (r *request) deliver(what string, m Message) (*wireMessage, *apiError) {
	c, err := r.chat()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return r.deliverTo(c, what, m)
}

func (r *request) deliverTo(c *chat, what string, m Message) (*wireMessage, *apiError) {
	s := r.s
	if err := r.fit(c, what, &m); err != nil {
		return nil, err
	}
	if err := s.flood.take(c, r.bool("allow_paid_broadcast")); err != nil {
		return nil, err
	}
	s.took(c.id)
	return s.wireMessage(c, s.post(c, m)), nil
}

// fit makes m one of the chat's, or says why it cannot be. The chat's lock is held.
func (r *request) fit(c *chat, what string, m *Message) *apiError {
	if err := r.s.writable(c, what); err != nil {
		return err
	}
	if units(m.Text) > maxText {
		return badRequest("message is too long")
	}
	if units(m.Caption) > maxCaption {
		return badRequest("message caption is too long")
	}
	if m.ThreadID == 0 {
		if err := r.thread(c, m); err != nil {
			return err
		}
	}
	if m.ReplyTo == 0 {
		if err := r.reply(c, m); err != nil {
			return err
		}
	}
	if c.typ == Channel {
		m.From = User{}
		if m.ReplyKeyboard != nil || m.RemoveKeyboard || m.ForceReply {
			return badRequest("reply keyboard can't be sent to channel chats")
		}
	}
	return nil
}

func (r *request) sendMessage() (any, *apiError) {
	if strings.TrimSpace(r.vals["text"]) == "" {
		return nil, badRequest("message text is empty")
	}
	var m Message
	var err *apiError
	if m.Text, m.Entities, err = r.formatted(r.vals["text"], r.vals["parse_mode"], r.vals["entities"]); err != nil {
		return nil, err
	}
	if m.Text == "" {
		return nil, badRequest("text must be non-empty")
	}
	if m.LinkPreview, err = r.linkPreview(); err != nil {
		return nil, err
	}
	if err := r.common(&m, r.privateTarget()); err != nil {
		return nil, err
	}
	w, err := r.deliver("text messages", m)
	if err != nil {
		return nil, err
	}
	return w, nil
}

func (r *request) linkPreview() (*LinkPreview, *apiError) {
	raw := r.vals["link_preview_options"]
	if raw == "" || raw == "null" {
		if r.bool("disable_web_page_preview") {
			return &LinkPreview{IsDisabled: true}, nil
		}
		return nil, nil
	}
	p := &LinkPreview{}
	if err := r.decode("link_preview_options", raw, p); err != nil {
		return nil, badRequest("object expected as link preview options")
	}
	if p.PreferLargeMedia && p.PreferSmallMedia {
		r.violate("link_preview_options prefers both small and large media")
	}
	return p, nil
}

// caption reads the caption of a picture or a document.
func (r *request) caption(m *Message) (err *apiError) {
	m.Caption, m.CaptionEntities, err = r.formatted(r.vals["caption"], r.vals["parse_mode"], r.vals["caption_entities"])
	m.CaptionAbove = r.bool("show_caption_above_media")
	return err
}

func (r *request) sendPhoto() (any, *apiError) {
	var m Message
	err := r.caption(&m)
	if err == nil {
		err = r.common(&m, r.privateTarget())
	}
	if err == nil {
		m.Photo, err = r.photo("photo", r.vals["photo"])
	}
	if err != nil {
		return nil, err
	}
	m.Photo.Spoiler = r.bool("has_spoiler")
	w, err := r.deliver("photos", m)
	if err != nil {
		return nil, err
	}
	return w, nil
}

func (r *request) sendDocument() (any, *apiError) {
	var m Message
	err := r.caption(&m)
	if err == nil {
		err = r.common(&m, r.privateTarget())
	}
	if err == nil {
		m.Document, err = r.document("document", r.vals["document"])
	}
	if err != nil {
		return nil, err
	}
	w, err := r.deliver("documents", m)
	if err != nil {
		return nil, err
	}
	return w, nil
}

// inputMedia is InputMediaPhoto and InputMediaDocument.
type inputMedia struct {
	Type            string          `json:"type"`
	Media           string          `json:"media"`
	Caption         string          `json:"caption"`
	ParseMode       string          `json:"parse_mode"`
	CaptionEntities json.RawMessage `json:"caption_entities"`
	CaptionAbove    bool            `json:"show_caption_above_media"`
	Spoiler         bool            `json:"has_spoiler"`
	Thumbnail       string          `json:"thumbnail"`
	NoDetection     bool            `json:"disable_content_type_detection"`
}

func (r *request) media(in inputMedia, m *Message) (err *apiError) {
	m.Caption, m.CaptionEntities, err = r.formatted(in.Caption, in.ParseMode, string(in.CaptionEntities))
	if err != nil {
		return err
	}
	m.CaptionAbove = in.CaptionAbove
	switch in.Type {
	case "photo":
		m.Document = nil
		if m.Photo, err = r.photo("", in.Media); err == nil {
			m.Photo.Spoiler = in.Spoiler
		}
	case "document":
		m.Photo = nil
		m.Document, err = r.document("", in.Media)
	default:
		r.violate("media of type %q is not emulated", in.Type)
		err = badRequest("can't parse InputMedia: unsupported type")
	}
	return err
}

func (r *request) sendMediaGroup() (any, *apiError) {
	var list []inputMedia
	if err := r.decode("media", r.vals["media"], &list); err != nil {
		return nil, badRequest("can't parse media JSON object")
	}
	if len(list) < 2 || len(list) > 10 {
		return nil, badRequest("group send failed: a media group holds 2-10 items")
	}
	msgs, what := make([]Message, len(list)), make([]string, len(list))
	group := r.s.newGroup()
	for i, in := range list {
		if err := r.common(&msgs[i], r.privateTarget()); err != nil {
			return nil, err
		}
		if err := r.media(in, &msgs[i]); err != nil {
			return nil, err
		}
		if (msgs[i].Document != nil) != (msgs[0].Document != nil) {
			return nil, badRequest("document can't be mixed with other media types")
		}
		msgs[i].MediaGroupID = group
		if what[i] = "photos"; msgs[i].Document != nil {
			what[i] = "documents"
		}
	}
	out, err := r.deliverAll(what, msgs)
	if err != nil {
		return nil, err
	}
	return out, nil
}
