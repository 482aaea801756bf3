package emulator

import (
	"strconv"
	"strings"
)

type paramKind int

const (
	kindString paramKind = iota
	kindInt
	kindBool
	kindChat // an id or @username
	kindJSON // an object or an array
	kindFile // an upload, a URL or a file_id
)

// param is a parameter as the documentation of Bot API 10.3 has it.
type param struct {
	kind  paramKind
	inert bool // accepted, without effect here
}

// wrong says what is wrong with a value; "" is nothing.
func (p param) wrong(v string) string {
	switch p.kind {
	case kindInt:
		if _, err := strconv.ParseInt(v, 10, 64); err != nil {
			return "is no integer"
		}
	case kindBool:
		switch strings.ToLower(v) {
		case "true", "false", "1", "0":
		default:
			return "is no boolean"
		}
	case kindChat:
		if _, err := strconv.ParseInt(v, 10, 64); err != nil && !strings.HasPrefix(v, "@") {
			return "is no chat id and no @username"
		}
	case kindJSON:
		if v == "null" {
			return "is null"
		}
		if !isJSON(v, 0) || v[0] != '{' && v[0] != '[' {
			return "is no JSON"
		}
	case kindString, kindFile:
	}
	return ""
}

// deprecated are parameters that the server still reads although the
// documentation has dropped them, and what stands in their place.
var deprecated = map[string]string{
	"reply_to_message_id":         "reply_parameters",
	"allow_sending_without_reply": "reply_parameters",
	"disable_web_page_preview":    "link_preview_options",
	"thumb":                       "thumbnail",
	"switch_pm_text":              "button",
	"switch_pm_parameter":         "button",
}

// method is a method of the API.
type method struct {
	name     string
	params   map[string]param
	required []string
	handle   func(*request) (any, *apiError)
}

// documented holds each method's parameters in Bot API 10.3; "!" marks the
// required ones.
const documented = `
getMe
getUpdates offset:Int limit:Int timeout:Int allowed_updates:JSON
setWebhook url!:Str certificate:File ip_address:Str max_connections:Int allowed_updates:JSON drop_pending_updates:Bool secret_token:Str
deleteWebhook drop_pending_updates:Bool
getWebhookInfo
sendMessage business_connection_id:Str chat_id!:Chat message_thread_id:Int direct_messages_topic_id:Int ephemeral_message_parameters:JSON text!:Str parse_mode:Str entities:JSON link_preview_options:JSON disable_notification:Bool protect_content:Bool allow_paid_broadcast:Bool message_effect_id:Str suggested_post_parameters:JSON reply_parameters:JSON reply_markup:JSON
sendPhoto business_connection_id:Str chat_id!:Chat message_thread_id:Int direct_messages_topic_id:Int ephemeral_message_parameters:JSON photo!:File caption:Str parse_mode:Str caption_entities:JSON show_caption_above_media:Bool has_spoiler:Bool disable_notification:Bool protect_content:Bool allow_paid_broadcast:Bool message_effect_id:Str suggested_post_parameters:JSON reply_parameters:JSON reply_markup:JSON
sendDocument business_connection_id:Str chat_id!:Chat message_thread_id:Int direct_messages_topic_id:Int ephemeral_message_parameters:JSON document!:File thumbnail:File caption:Str parse_mode:Str caption_entities:JSON disable_content_type_detection:Bool disable_notification:Bool protect_content:Bool allow_paid_broadcast:Bool message_effect_id:Str suggested_post_parameters:JSON reply_parameters:JSON reply_markup:JSON
sendMediaGroup business_connection_id:Str chat_id!:Chat message_thread_id:Int direct_messages_topic_id:Int media!:JSON disable_notification:Bool protect_content:Bool allow_paid_broadcast:Bool message_effect_id:Str reply_parameters:JSON
copyMessage chat_id!:Chat message_thread_id:Int direct_messages_topic_id:Int from_chat_id!:Chat message_id!:Int video_start_timestamp:Int caption:Str parse_mode:Str caption_entities:JSON show_caption_above_media:Bool disable_notification:Bool protect_content:Bool allow_paid_broadcast:Bool message_effect_id:Str suggested_post_parameters:JSON reply_parameters:JSON reply_markup:JSON
copyMessages chat_id!:Chat message_thread_id:Int direct_messages_topic_id:Int from_chat_id!:Chat message_ids!:JSON disable_notification:Bool protect_content:Bool remove_caption:Bool
forwardMessage chat_id!:Chat message_thread_id:Int direct_messages_topic_id:Int from_chat_id!:Chat video_start_timestamp:Int disable_notification:Bool protect_content:Bool message_effect_id:Str suggested_post_parameters:JSON message_id!:Int
forwardMessages chat_id!:Chat message_thread_id:Int direct_messages_topic_id:Int from_chat_id!:Chat message_ids!:JSON disable_notification:Bool protect_content:Bool
editMessageText business_connection_id:Str chat_id:Chat message_id:Int inline_message_id:Str text:Str parse_mode:Str entities:JSON link_preview_options:JSON rich_message:JSON reply_markup:JSON
editMessageCaption business_connection_id:Str chat_id:Chat message_id:Int inline_message_id:Str caption:Str parse_mode:Str caption_entities:JSON show_caption_above_media:Bool reply_markup:JSON
editMessageReplyMarkup business_connection_id:Str chat_id:Chat message_id:Int inline_message_id:Str reply_markup:JSON
editMessageMedia business_connection_id:Str chat_id:Chat message_id:Int inline_message_id:Str media!:JSON reply_markup:JSON
deleteMessage chat_id!:Chat message_id!:Int
deleteMessages chat_id!:Chat message_ids!:JSON
pinChatMessage business_connection_id:Str chat_id!:Chat message_id!:Int disable_notification:Bool
unpinChatMessage business_connection_id:Str chat_id!:Chat message_id:Int
unpinAllChatMessages chat_id!:Chat
sendChatAction business_connection_id:Str chat_id!:Chat message_thread_id:Int action!:Str
answerCallbackQuery callback_query_id!:Str text:Str show_alert:Bool url:Str cache_time:Int
answerInlineQuery inline_query_id!:Str results!:JSON cache_time:Int is_personal:Bool next_offset:Str button:JSON
getChat chat_id!:Chat
getChatMember chat_id!:Chat user_id!:Int
getChatAdministrators chat_id!:Chat return_bots:Bool
getChatMemberCount chat_id!:Chat
leaveChat chat_id!:Chat
setMyCommands commands!:JSON scope:JSON language_code:Str
getMyCommands scope:JSON language_code:Str
deleteMyCommands scope:JSON language_code:Str
setMyName name:Str language_code:Str
getMyName language_code:Str
setMyDescription description:Str language_code:Str
getMyDescription language_code:Str
setMyShortDescription short_description:Str language_code:Str
getMyShortDescription language_code:Str
getFile file_id!:Str
setChatMenuButton chat_id:Chat menu_button:JSON
getChatMenuButton chat_id:Chat
sendMessageDraft chat_id!:Chat message_thread_id:Int draft_id!:Int text:Str parse_mode:Str entities:JSON can_stop:Bool keep_on_stop:Bool
getMyStarBalance
createForumTopic chat_id!:Chat name!:Str icon_color:Int icon_custom_emoji_id:Str
closeForumTopic chat_id!:Chat message_thread_id!:Int
reopenForumTopic chat_id!:Chat message_thread_id!:Int
deleteForumTopic chat_id!:Chat message_thread_id!:Int
editForumTopic chat_id!:Chat message_thread_id!:Int name:Str icon_custom_emoji_id:Str
setMessageReaction chat_id!:Chat message_id!:Int reaction:JSON is_big:Bool
`

// notEmulated are parameters that are right but do nothing here.
var notEmulated = map[string]bool{
	"business_connection_id": true, "direct_messages_topic_id": true, "ephemeral_message_parameters": true,
	"suggested_post_parameters": true, "rich_message": true, "video_start_timestamp": true,
}

// methodTable makes the table by lower-case name.
func methodTable() map[string]*method {
	table := map[string]*method{}
	for line := range strings.Lines(documented) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		m := &method{name: fields[0], params: map[string]param{}, handle: handlers[fields[0]]}
		if m.handle == nil {
			continue
		}
		for _, f := range fields[1:] {
			name, kind, _ := strings.Cut(f, ":")
			name, required := strings.CutSuffix(name, "!")
			if required {
				m.required = append(m.required, name)
			}
			m.params[name] = param{kind: kinds[kind], inert: notEmulated[name]}
		}
		table[strings.ToLower(m.name)] = m
	}
	return table
}

var kinds = map[string]paramKind{
	"Str": kindString, "Int": kindInt, "Bool": kindBool, "Chat": kindChat, "JSON": kindJSON, "File": kindFile,
}
