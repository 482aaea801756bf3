package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
)

// The states of a broadcast: draft → waiting → scheduled → running ⇄ paused →
// done, or cancelled from any of them.
const (
	BroadcastDraft     = "draft"
	BroadcastWaiting   = "waiting" // for another editor's leave
	BroadcastScheduled = "scheduled"
	BroadcastRunning   = "running"
	BroadcastPaused    = "paused"
	BroadcastDone      = "done"
	BroadcastCancelled = "cancelled"
)

// The kinds of broadcasts. A correction edits the message of another broadcast
// in every chat that has it, a recall deletes it there.
const (
	KindSend    = "send"
	KindCorrect = "correct"
	KindRecall  = "recall"
)

// Broadcast is a message of an editor to many chats, or the correction or
// recall of one, and how far it has come. Sent counts the chats where what was to
// be done is done.
type Broadcast struct {
	ID         string
	Kind       string // empty is KindSend
	TargetID   string // what a correction or a recall is about
	Category   string // empty is CategoryNewsroom
	Audience   Audience
	Critical   bool   // with a sound in quiet hours too
	ArticleID  string // the article it tells; a digest does not tell the story again. Empty: none
	Title      string // plain text, for lists
	EditorID   int64
	EditorChat int64
	ApproverID int64 // the editor who let it go, where two are needed; 0 otherwise
	Language   string
	// Message is what is sent, or what a message is corrected to. A recall has the
	// message it calls back. It is empty when what is stored cannot be read.
	Message    outbox.Message
	Media      outbox.Media // what Message holds when it copies another; empty is a text
	State      string
	Total      int // chats it is meant for, as counted at its start; at the end, those that have an outcome
	Planned    int // chats in the slices made so far
	Sent       int
	Failed     int
	Gone       int // chats that could not be reached any more
	TooLate    int // chats for which it came too late: messages too old to be deleted, tries for too long
	Retrying   int // chats whose delivery waits for another try
	CreatedAt  time.Time
	StartAt    time.Time // of a scheduled one; zero: when it is confirmed
	StartedAt  time.Time
	FinishedAt time.Time
	// ProgressMessageID is the message in EditorChat that shows the progress.
	ProgressMessageID int64
	Reported          bool // the result was shown
}

// Settled returns how many chats have their final outcome.
func (b Broadcast) Settled() int { return b.Sent + b.Failed + b.Gone + b.TooLate }

// Ended tells that nothing more happens to it.
func (b Broadcast) Ended() bool { return b.State == BroadcastDone || b.State == BroadcastCancelled }

type broadcastRow struct {
	ID         string `db:"broadcast_id"`
	Kind       string `db:"kind"`
	TargetID   string `db:"target_id"`
	Category   string `db:"category"`
	Audience   string `db:"audience"`
	Critical   bool   `db:"critical"`
	ArticleID  string `db:"article_id"`
	Title      string `db:"title"`
	Media      string `db:"media"`
	EditorID   int64  `db:"editor_id"`
	EditorChat int64  `db:"editor_chat"`
	ApproverID int64  `db:"approver_id"`
	Language   string `db:"language"`
	PayloadID  string `db:"payload_id"`
	Body       string `db:"body"`
	State      string `db:"state"`
	Total      int    `db:"total"`
	Planned    int    `db:"planned"`
	Sent       int    `db:"sent"`
	Failed     int    `db:"failed"`
	Gone       int    `db:"gone"`
	TooLate    int    `db:"too_late"`
	Retrying   int    `db:"retrying"`
	Reported   bool   `db:"reported"`
	ProgressID int64  `db:"progress_message_id"`
	Cursor     int64  `db:"cursor_id"`
	PlannedAll bool   `db:"planned_all"`
	CreatedAt  int64  `db:"created_at"`
	StartAt    int64  `db:"start_at"`
	StartedAt  int64  `db:"started_at"`
	FinishedAt int64  `db:"finished_at"`
}

// inSlices counts the recipients of a kind in slices that are under way: they
// are added to the broadcast's own counts when their slice ends.
func inSlices(condition string) string {
	return `(SELECT COUNT(*) FROM slices s JOIN recipients r ON r.batch = s.batch AND r.chat_id BETWEEN s.from_id AND s.to_id
		WHERE s.batch = b.broadcast_id AND ` + condition + `)`
}

// The outcomes that are counted apart.
const (
	lateReasons = `('too_old', 'too_late')`
	isFailed    = `r.state = 'failed' AND r.reason NOT IN ` + lateReasons
	isLate      = `r.state = 'failed' AND r.reason IN ` + lateReasons
)

// One statement, so that a slice that ends meanwhile is counted once.
var broadcastSQL = `SELECT b.broadcast_id, b.kind, b.target_id, b.category, b.audience, b.critical, b.article_id, b.title, b.media,
	b.editor_id, b.editor_chat, b.approver_id, b.language, b.payload_id, p.body, b.state, b.total, b.planned,
	b.sent + ` + inSlices(`r.state = 'sent'`) + ` AS sent, b.failed + ` + inSlices(isFailed) + ` AS failed,
	b.gone + ` + inSlices(`r.state = 'gone'`) + ` AS gone, b.too_late + ` + inSlices(isLate) + ` AS too_late,
	b.retrying + ` + inSlices(`r.state = 'retrying'`) + ` AS retrying,
	b.reported, b.progress_message_id, b.cursor_id, b.planned_all, b.created_at, b.start_at, b.started_at, b.finished_at
	FROM broadcasts b JOIN payloads p ON p.payload_id = b.payload_id`

func (r broadcastRow) broadcast() Broadcast {
	b := Broadcast{
		ID: r.ID, Kind: r.Kind, TargetID: r.TargetID, Category: r.Category, Critical: r.Critical, ArticleID: r.ArticleID, Title: r.Title, Media: outbox.Media(r.Media),
		EditorID: r.EditorID, EditorChat: r.EditorChat, ApproverID: r.ApproverID, Language: r.Language, State: r.State,
		Total: r.Total, Planned: r.Planned, Sent: r.Sent, Failed: r.Failed, Gone: r.Gone, TooLate: r.TooLate, Retrying: r.Retrying,
		CreatedAt: at(r.CreatedAt), StartAt: at(r.StartAt), StartedAt: at(r.StartedAt), FinishedAt: at(r.FinishedAt),
		ProgressMessageID: r.ProgressID, Reported: r.Reported,
	}
	var err error
	if b.Audience, err = parseAudience(r.Audience); err != nil {
		// As one of a later version. It is for nobody then, does not begin, and can be
		// stopped; of one that runs no slice is cut.
		b.Audience = Audience{Only: []int64{noChat}}
	}
	if err := json.Unmarshal([]byte(r.Body), &b.Message); err != nil {
		// Its recipients fail, which its counts say. It must not keep others from being shown.
		b.Message = outbox.Message{}
	}
	return b
}

// noChat is the id of no chat.
const noChat = 0

// CreateBroadcast stores a draft. Creating the same id again changes nothing. A
// recall needs no message, it has that of its target.
func (s *Store) CreateBroadcast(ctx context.Context, now time.Time, b Broadcast) error {
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		columns, err := s.draftColumns(ctx, tx, now, b)
		if err != nil {
			return err
		}
		_, err = exec(ctx, tx, `INSERT INTO broadcasts (payload_id, kind, target_id, category, audience, critical, start_at, article_id, title, media, language,
				broadcast_id, editor_id, editor_chat, cursor_id, planned_all, reported, progress_message_id, created_at,
				state, total, planned, sent, failed, gone, started_at, finished_at)
			VALUES (`+places(19, "?")+`, 'draft', 0, 0, 0, 0, 0, 0, 0) ON CONFLICT (broadcast_id) DO NOTHING`,
			append(columns, b.ID, b.EditorID, b.EditorChat, int64(math.MinInt64), false, false, b.ProgressMessageID, ms(now))...)
		return err
	})
	if err != nil {
		return fmt.Errorf("create broadcast %s: %w", b.ID, err)
	}
	return nil
}

// UpdateDraft gives a draft another message, audience, time, title and so on;
// updated is false when it is no draft any more. Who wrote it stays.
func (s *Store) UpdateDraft(ctx context.Context, now time.Time, b Broadcast) (updated bool, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		columns, err := s.draftColumns(ctx, tx, now, b)
		if err != nil {
			return err
		}
		n, err := exec(ctx, tx, `UPDATE broadcasts SET payload_id = ?, kind = ?, target_id = ?, category = ?, audience = ?, critical = ?,
				start_at = ?, article_id = ?, title = ?, media = ?, language = ?
			WHERE broadcast_id = ? AND state = 'draft'`, append(columns, b.ID)...)
		updated = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("update broadcast %s: %w", b.ID, err)
	}
	return updated, nil
}

// draftColumns checks what an editor decides about a broadcast and returns it as
// it is stored: payload_id, kind, target_id, category, audience, critical,
// start_at, article_id, title, media, language.
func (s *Store) draftColumns(ctx context.Context, tx *sqlx.Tx, now time.Time, b Broadcast) ([]any, error) {
	if b.Kind == "" {
		b.Kind = KindSend
	}
	if b.Category == "" {
		b.Category = CategoryNewsroom
	}
	if b.Media == "" {
		b.Media = outbox.MediaText
	}
	switch {
	case b.Kind != KindSend && b.Kind != KindCorrect && b.Kind != KindRecall:
		return nil, fmt.Errorf("unknown kind %q", b.Kind)
	case b.Category != CategoryNewsroom && b.Category != CategoryBreaking:
		return nil, fmt.Errorf("unknown category %q", b.Category)
	case b.Media != outbox.MediaText && b.Media != outbox.MediaCaption && b.Media != outbox.MediaNone:
		return nil, fmt.Errorf("unknown media %q", b.Media)
	case (b.Kind == KindSend) != (b.TargetID == ""):
		return nil, fmt.Errorf("a %s with target %q", b.Kind, b.TargetID)
	}
	audience, err := b.Audience.encode()
	if err != nil {
		return nil, err
	}
	var payload, media string
	if b.Kind != KindSend {
		var target broadcastRow
		if err := get(ctx, tx, &target, `SELECT payload_id, media, kind FROM broadcasts WHERE broadcast_id = ?`, b.TargetID); err != nil {
			return nil, fmt.Errorf("target %s: %w", b.TargetID, err)
		}
		if target.Kind != KindSend {
			return nil, fmt.Errorf("target %s is itself a %s", b.TargetID, target.Kind)
		}
		payload, media = target.PayloadID, target.Media
	}
	if b.Kind != KindRecall {
		ids, err := storePayloads(ctx, tx, now, []outbox.Message{b.Message})
		if err != nil {
			return nil, err
		}
		payload = ids[0]
	}
	if media == "" {
		media = string(b.Media)
	}
	return []any{payload, b.Kind, b.TargetID, b.Category, audience, b.Critical, ms(b.StartAt), b.ArticleID, b.Title, media, b.Language}, nil
}

// Broadcast returns a broadcast, or ErrNotFound.
func (s *Store) Broadcast(ctx context.Context, id string) (Broadcast, error) {
	var row broadcastRow
	if err := get(ctx, s.r, &row, broadcastSQL+` WHERE b.broadcast_id = ?`, id); err != nil {
		return Broadcast{}, fmt.Errorf("read broadcast %s: %w", id, err)
	}
	return row.broadcast(), nil
}

// Broadcasts returns at most limit broadcasts that are more than drafts, the
// newest first: all, or those before the one with the id before.
func (s *Store) Broadcasts(ctx context.Context, before string, limit int) ([]Broadcast, error) {
	where, args := `b.state <> 'draft'`, []any{}
	if before != "" {
		where += ` AND (b.created_at, b.broadcast_id) < (SELECT o.created_at, o.broadcast_id FROM broadcasts o WHERE o.broadcast_id = ?)`
		args = append(args, before)
	}
	all, err := s.listBroadcasts(ctx, where+` ORDER BY b.created_at DESC, b.broadcast_id DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read broadcasts: %w", err)
	}
	return all, nil
}

// OpenBroadcasts returns those that run, and those that were started, have ended and are not reported; oldest first.
func (s *Store) OpenBroadcasts(ctx context.Context) ([]Broadcast, error) {
	open, err := s.listBroadcasts(ctx, `NOT b.reported AND b.started_at > 0 ORDER BY b.created_at, b.broadcast_id`)
	if err != nil {
		return nil, fmt.Errorf("read open broadcasts: %w", err)
	}
	return open, nil
}

func (s *Store) listBroadcasts(ctx context.Context, where string, args ...any) ([]Broadcast, error) {
	var rows []broadcastRow
	if err := list(ctx, s.r, &rows, broadcastSQL+` WHERE `+where, args...); err != nil {
		return nil, err
	}
	all := make([]Broadcast, 0, len(rows))
	for _, r := range rows {
		all = append(all, r.broadcast())
	}
	return all, nil
}

// SetBroadcastProgress sets which message shows the editor the progress.
func (s *Store) SetBroadcastProgress(ctx context.Context, id string, messageID int64) error {
	if err := s.writeOne(ctx, `UPDATE broadcasts SET progress_message_id = ? WHERE broadcast_id = ?`, messageID, id); err != nil {
		return fmt.Errorf("set progress of broadcast %s: %w", id, err)
	}
	return nil
}

// MarkReported notes that the editor has been shown the result.
func (s *Store) MarkReported(ctx context.Context, id string) error {
	if err := s.writeOne(ctx, `UPDATE broadcasts SET reported = ? WHERE broadcast_id = ?`, true, id); err != nil {
		return fmt.Errorf("mark broadcast %s reported: %w", id, err)
	}
	return nil
}

// joinIDs writes the ids of an album's other messages; splitIDs reads them.
func joinIDs(ids []int64) string {
	if len(ids) == 0 {
		return ""
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(ids), " ", ","), "[]")
}

func splitIDs(s string) ([]int64, error) {
	if s == "" {
		return nil, nil
	}
	var ids []int64
	if err := json.Unmarshal([]byte("["+s+"]"), &ids); err != nil {
		return nil, fmt.Errorf("read message ids %q: %w", s, err)
	}
	return ids, nil
}
