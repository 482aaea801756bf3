package store

import (
	"context"
	"errors"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
)

var errNotYet = errors.New("not yet built")

var _ outbox.Store = (*Store)(nil)

func (s *Store) Migrate(ctx context.Context) error { return errNotYet }
func (s *Store) Version(ctx context.Context) (current, target int64, err error) {
	return 0, 0, errNotYet
}
func (s *Store) Engine() string                 { return "" }
func (s *Store) Close() error                   { return nil }
func (s *Store) Ping(ctx context.Context) error { return errNotYet }

// Chat returns a chat, or ErrNotFound.
func (s *Store) Chat(ctx context.Context, id int64) (Chat, error) { return Chat{}, errNotYet }

// TouchChat stores a chat at its first contact with the settings given, and
// later only refreshes its kind and title and makes it active again, with all
// its settings. It returns the chat as it is stored; after a group's upgrade
// that is the supergroup.
func (s *Store) TouchChat(ctx context.Context, now time.Time, c Chat) (stored Chat, created bool, err error) {
	return Chat{}, false, errNotYet
}
func (s *Store) SetChatLanguage(ctx context.Context, id int64, language string) error {
	return errNotYet
}
func (s *Store) SetNewsLanguages(ctx context.Context, id int64, languages []string) error {
	return errNotYet
}
func (s *Store) SetSubscribed(ctx context.Context, id int64, subscribed bool) error { return errNotYet }
func (s *Store) SetThread(ctx context.Context, id, thread int64) error              { return errNotYet }
func (s *Store) DeactivateChat(ctx context.Context, now time.Time, id int64, reason string) error {
	return errNotYet
}
func (s *Store) ReactivateChat(ctx context.Context, now time.Time, id int64) error { return errNotYet }

// MigrateChat moves a group's settings, digest and live deliveries to the supergroup it became.
func (s *Store) MigrateChat(ctx context.Context, now time.Time, oldID, newID int64) error {
	return errNotYet
}
func (s *Store) CountChats(ctx context.Context) (active, all int, err error) { return 0, 0, errNotYet }

func (s *Store) Digest(ctx context.Context, chatID int64) (Digest, error) { return Digest{}, errNotYet }
func (s *Store) SetDigest(ctx context.Context, now time.Time, d Digest) error {
	return errNotYet
}

// DueDigests returns digests that are on and due, of active chats, earliest first.
func (s *Store) DueDigests(ctx context.Context, now time.Time, limit int) ([]DueDigest, error) {
	return nil, errNotYet
}

// CommitSlots settles slots in one transaction; a slot that is settled already is left alone.
func (s *Store) CommitSlots(ctx context.Context, now time.Time, slots []Slot) (enqueued int, err error) {
	return 0, errNotYet
}

func (s *Store) Sources(ctx context.Context) ([]SourceStatus, error) { return nil, errNotYet }
func (s *Store) ImportSources(ctx context.Context, now time.Time, sources []feed.Source) (added, updated int, err error) {
	return 0, 0, errNotYet
}
func (s *Store) DueSources(ctx context.Context, now time.Time, limit int) ([]SourceStatus, error) {
	return nil, errNotYet
}

// RecordPoll writes the outcome of a poll and its new items in one transaction.
// All items of the source belong in it: known ones are refreshed, not repeated.
func (s *Store) RecordPoll(ctx context.Context, now time.Time, p Poll) (added int, err error) {
	return 0, errNotYet
}
func (s *Store) PendingTexts(ctx context.Context, now time.Time, limit int) ([]Article, error) {
	return nil, errNotYet
}
func (s *Store) SaveText(ctx context.Context, now time.Time, id string, a article.Article) error {
	return errNotYet
}

// FailText notes that an article's text could not be had; a zero retryAt means that it is not tried again.
func (s *Store) FailText(ctx context.Context, now time.Time, id, reason string, retryAt time.Time) error {
	return errNotYet
}
func (s *Store) Article(ctx context.Context, id string) (Article, error) { return Article{}, errNotYet }

// Headlines returns one line per story, newest first, and how many stories there are in all.
func (s *Store) Headlines(ctx context.Context, q NewsQuery) (list []Headline, total int, err error) {
	return nil, 0, errNotYet
}
func (s *Store) RecentFingerprints(ctx context.Context, since time.Time) ([]StoryPrint, error) {
	return nil, errNotYet
}
func (s *Store) SetStory(ctx context.Context, articleID, storyID string, fingerprint []byte) error {
	return errNotYet
}

func (s *Store) SaveRates(ctx context.Context, now time.Time, day rates.Day) error { return errNotYet }

// Quotes returns the newest rates on or before a date, only those known, in the order asked.
func (s *Store) Quotes(ctx context.Context, codes []string, onOrBefore time.Time) ([]rates.Quote, error) {
	return nil, errNotYet
}

// RateDays returns the newest date there are rates for and when they were last fetched; ok is false when there are none.
func (s *Store) RateDays(ctx context.Context) (latest, fetchedAt time.Time, ok bool, err error) {
	return time.Time{}, time.Time{}, false, errNotYet
}

func (s *Store) CreateBroadcast(ctx context.Context, now time.Time, b Broadcast) error {
	return errNotYet
}
func (s *Store) Broadcast(ctx context.Context, id string) (Broadcast, error) {
	return Broadcast{}, errNotYet
}
func (s *Store) CountAudience(ctx context.Context) (int, error) { return 0, errNotYet }

// StartBroadcast sets a draft running; started is false when it was no draft any more.
func (s *Store) StartBroadcast(ctx context.Context, now time.Time, id string) (started bool, err error) {
	return false, errNotYet
}

// CancelBroadcast stops a draft or running broadcast and its pending deliveries.
func (s *Store) CancelBroadcast(ctx context.Context, now time.Time, id string) (cancelled bool, err error) {
	return false, errNotYet
}
func (s *Store) SetBroadcastProgress(ctx context.Context, id string, messageID int64) error {
	return errNotYet
}

// OpenBroadcasts returns those that run and those that ended and are not reported, oldest first.
func (s *Store) OpenBroadcasts(ctx context.Context) ([]Broadcast, error) { return nil, errNotYet }

// FinishBroadcasts marks running broadcasts done that have nothing left to send, and returns their ids.
func (s *Store) FinishBroadcasts(ctx context.Context, now time.Time) ([]string, error) {
	return nil, errNotYet
}
func (s *Store) MarkReported(ctx context.Context, id string) error { return errNotYet }

// FailureReasons counts a broadcast's failed deliveries and lost chats by reason.
func (s *Store) FailureReasons(ctx context.Context, id string) (map[string]int, error) {
	return nil, errNotYet
}

// Enqueue stores deliveries; those whose key is known already are left alone.
func (s *Store) Enqueue(ctx context.Context, now time.Time, deliveries ...outbox.Delivery) (added int, err error) {
	return 0, errNotYet
}
func (s *Store) Claim(ctx context.Context, now time.Time, holder string, lease time.Duration, limit int) ([]outbox.Delivery, error) {
	return nil, errNotYet
}
func (s *Store) Settle(ctx context.Context, now time.Time, holder string, settled []outbox.Settlement) error {
	return errNotYet
}
func (s *Store) Plan(ctx context.Context, now time.Time, limit int) (int, error) { return 0, errNotYet }
func (s *Store) NextDue(ctx context.Context) (due time.Time, ok bool, err error) {
	return time.Time{}, false, errNotYet
}
func (s *Store) Release(ctx context.Context, now time.Time, holder string) error { return errNotYet }

// SetDialog remembers where a conversation of a user in a chat stands.
func (s *Store) SetDialog(ctx context.Context, now time.Time, chatID, userID int64, state, data string) error {
	return errNotYet
}

// Dialog returns where a conversation stands; ok is false when there is none younger than maxAge.
func (s *Store) Dialog(ctx context.Context, now time.Time, chatID, userID int64, maxAge time.Duration) (state, data string, ok bool, err error) {
	return "", "", false, errNotYet
}
func (s *Store) ClearDialog(ctx context.Context, chatID, userID int64) error { return errNotYet }

// SeenUpdate notes an update and tells whether it had been noted before.
func (s *Store) SeenUpdate(ctx context.Context, now time.Time, updateID int64) (seen bool, err error) {
	return false, errNotYet
}

// LastUpdate returns the highest update noted, 0 when there is none.
func (s *Store) LastUpdate(ctx context.Context) (int64, error) { return 0, errNotYet }

// Lease takes or renews a role for holder until now+ttl; held is false while another holder has it.
func (s *Store) Lease(ctx context.Context, now time.Time, role, holder string, ttl time.Duration) (held bool, err error) {
	return false, errNotYet
}
func (s *Store) ReleaseLease(ctx context.Context, role, holder string) error { return errNotYet }

// Prune deletes what is older than the rule says, in small slices, and returns how many rows went.
func (s *Store) Prune(ctx context.Context, now time.Time, rule PruneRule) (n int, err error) {
	return 0, errNotYet
}

// Backlog returns how many deliveries are pending and since when the oldest is due; zero when none is.
func (s *Store) Backlog(ctx context.Context) (pending int, oldest time.Time, err error) {
	return 0, time.Time{}, errNotYet
}
