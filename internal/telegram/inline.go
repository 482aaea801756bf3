package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// InlineQuery is what somebody types behind the bot's name in any chat.
type InlineQuery struct {
	ID   string
	From User
	Text string
}

// InlineResult is a message that the person may send by choosing it.
type InlineResult struct {
	ID          string // 1-64 bytes, different within an answer
	Title       string
	Description string
	Text        string // Telegram HTML
}

type wireInlineQuery struct {
	ID    string   `json:"id"`
	From  wireUser `json:"from"`
	Query string   `json:"query"`
}

// AnswerInline answers an inline query with at most 50 results, for this person
// alone; Telegram may show them again for so long. It is no error when it comes too late.
func (c *Client) AnswerInline(ctx context.Context, id string, results []InlineResult, keep time.Duration) error {
	type content struct {
		Text      string         `json:"message_text"`
		ParseMode string         `json:"parse_mode"`
		Preview   map[string]any `json:"link_preview_options"`
	}
	type article struct {
		Type        string  `json:"type"`
		ID          string  `json:"id"`
		Title       string  `json:"title"`
		Description string  `json:"description,omitempty"`
		Content     content `json:"input_message_content"`
	}
	articles := make([]article, len(results))
	for i, r := range results {
		articles[i] = article{
			Type: "article", ID: r.ID, Title: r.Title, Description: r.Description,
			Content: content{Text: r.Text, ParseMode: "HTML", Preview: map[string]any{"is_disabled": true}},
		}
	}
	list, err := json.Marshal(articles) // here, as an empty list would be left out of a call
	if err != nil {
		return fmt.Errorf("encode inline results: %w", err)
	}
	err = c.Call(ctx, "answerInlineQuery", map[string]any{
		"inline_query_id": id, "results": string(list), "cache_time": int(keep / time.Second), "is_personal": true,
	}, nil)
	if Classify(err) == QueryTooOld {
		return nil
	}
	return err
}
