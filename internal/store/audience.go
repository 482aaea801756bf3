package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"newsbot/internal/feed"
)

// Audience says which of the chats that want a category of messages get one.
// The zero Audience is all of them; every list that is not empty restricts it.
type Audience struct {
	Languages  []string `json:"languages,omitempty"`   // of the interface: kk, ru, en
	Kinds      []string `json:"kinds,omitempty"`       // AudiencePrivate, AudienceGroup, AudienceChannel
	Topics     []string `json:"topics,omitempty"`      // chats that read one of them
	ActiveDays int      `json:"active_days,omitempty"` // chats that were seen in so many days; 0: all
	// Without are broadcasts: the chats that have the message of one are left out. A
	// test to oneself does not ask for it.
	Without []string `json:"without,omitempty"`
	// Only are the chats themselves, whatever they have opted out of: a test to oneself.
	Only []int64 `json:"only,omitempty"`
}

// The kinds of chats that an audience tells apart.
const (
	AudiencePrivate = "private"
	AudienceGroup   = "group" // supergroups as well
	AudienceChannel = "channel"
)

// maxActiveDays is as far back as an audience may look: ten years.
const maxActiveDays = 3650

// MaxWithout is how many broadcasts an audience may leave out who has them.
const MaxWithout = 20

var (
	audienceLanguages = []string{"kk", "ru", "en"}
	audienceKinds     = []string{AudiencePrivate, AudienceGroup, AudienceChannel}
)

// check refuses what no chat could be held against: an audience must never be
// wider than an editor meant it.
func (a Audience) check() error {
	for _, l := range a.Languages {
		if !slices.Contains(audienceLanguages, l) {
			return fmt.Errorf("unknown language %q", l)
		}
	}
	for _, k := range a.Kinds {
		if !slices.Contains(audienceKinds, k) {
			return fmt.Errorf("unknown kind of chats %q", k)
		}
	}
	for _, t := range a.Topics {
		if !slices.Contains(feed.Topics(), t) {
			return fmt.Errorf("unknown topic %q", t)
		}
	}
	if len(a.Without) > MaxWithout {
		return fmt.Errorf("without %d broadcasts", len(a.Without))
	}
	if a.ActiveDays < 0 || a.ActiveDays > maxActiveDays {
		return fmt.Errorf("active in %d days", a.ActiveDays)
	}
	return nil
}

func (a Audience) encode() (string, error) {
	if err := a.check(); err != nil {
		return "", err
	}
	return encode(a)
}

// parseAudience reads what encode wrote. A field that it does not know is an
// error: it may be a restriction of a later version.
func parseAudience(s string) (a Audience, err error) {
	d := json.NewDecoder(bytes.NewReader([]byte(s)))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return Audience{}, fmt.Errorf("decode audience: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Audience{}, fmt.Errorf("decode audience: more than one value")
	}
	return a, a.check()
}

// where is the condition on chats c that are in the audience of a category now.
func (a Audience) where(now time.Time, category string) (condition string, args []any) {
	conditions := []string{`c.active`}
	in := func(column string, values []any) {
		if len(values) > 0 {
			conditions = append(conditions, column+` IN (`+places(len(values), "?")+`)`)
			args = append(args, values...)
		}
	}
	if len(a.Only) == 0 {
		conditions = append(conditions, wants(category))
	}
	in(`c.chat_id`, anys(a.Only))
	in(`c.language`, anys(a.Languages))
	var kinds []any
	for _, k := range a.Kinds {
		kinds = append(kinds, k)
		if k == AudienceGroup {
			kinds = append(kinds, "supergroup")
		}
	}
	in(`c.kind`, kinds)
	if len(a.Topics) > 0 {
		// A chat that has chosen none reads all of them.
		any := []string{`c.topics = ''`}
		for _, t := range a.Topics {
			any = append(any, `',' || c.topics || ',' LIKE ?`)
			args = append(args, "%,"+t+",%")
		}
		conditions = append(conditions, `(`+strings.Join(any, " OR ")+`)`)
	}
	if a.ActiveDays > 0 {
		conditions = append(conditions, `c.seen_at >= ?`)
		args = append(args, ms(now.Add(-time.Duration(a.ActiveDays)*24*time.Hour)))
	}
	if len(a.Without) > 0 && len(a.Only) == 0 {
		// Where the recipients of one are not known any more, nobody is in the audience. A
		// group that has moved since has the message under its old id. Counts, and no NOT
		// EXISTS: a planner without statistics makes joins of those over all recipients,
		// and a slice of a million chats never ends.
		those := `IN (` + places(len(a.Without), "?") + `)`
		has := func(chat string) string {
			return `(SELECT COUNT(*) FROM recipients w WHERE w.batch ` + those + ` AND w.chat_id = ` + chat + ` AND w.state = 'sent')`
		}
		conditions = append(conditions, `(SELECT COUNT(*) FROM broadcasts w WHERE NOT w.forgotten AND w.broadcast_id `+those+`) = ?`,
			has(`c.chat_id`)+` = 0`,
			`(c.chat_id > 0 OR (SELECT COUNT(*) FROM chat_moves m WHERE m.new_id = c.chat_id AND `+has(`m.old_id`)+` > 0) = 0)`)
		ids := anys(a.Without)
		args = slices.Concat(args, ids, []any{len(ids)}, ids, ids)
	}
	return strings.Join(conditions, " AND "), args
}

// wants is the condition on chats c that have not opted out of a category.
func wants(category string) string {
	if category == CategoryBreaking {
		return `c.subscribed AND NOT c.no_breaking`
	}
	return `c.subscribed AND NOT c.no_newsroom`
}

// Forgotten tells whether the recipients of one of some broadcasts are not known any more.
func (s *Store) Forgotten(ctx context.Context, ids ...string) (bool, error) {
	if len(ids) == 0 {
		return false, nil
	}
	var known int
	err := get(ctx, s.r, &known, `SELECT COUNT(*) FROM broadcasts WHERE NOT forgotten AND broadcast_id IN (`+places(len(ids), "?")+`)`, anys(ids)...)
	if err != nil {
		return false, fmt.Errorf("look for broadcasts: %w", err)
	}
	return known < len(ids), nil
}

// CountAudience returns how many chats would get a message of the category now.
func (s *Store) CountAudience(ctx context.Context, now time.Time, a Audience, category string) (int, error) {
	if err := a.check(); err != nil {
		return 0, fmt.Errorf("count audience: %w", err)
	}
	n, err := countAudience(ctx, s.r, now, a, category)
	if err != nil {
		return 0, fmt.Errorf("count audience: %w", err)
	}
	return n, nil
}

func countAudience(ctx context.Context, c conn, now time.Time, a Audience, category string) (n int, err error) {
	where, args := a.where(now, category)
	return n, get(ctx, c, &n, `SELECT COUNT(*) FROM chats c WHERE `+where, args...)
}
