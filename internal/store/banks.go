package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"newsbot/internal/rates"
)

// BankState is how asking a bank for its lists goes. The zero value is a bank
// that was never asked.
type BankState struct {
	Asked time.Time
	// Answered is when it last gave a list, or said that there is none yet; the zero time for never.
	Answered time.Time
	// FailingSince is the first question since then that went wrong; the zero time while it answers.
	FailingSince time.Time
	Trouble      rates.Trouble // of the last question; none while it answers
}

// BankAnswered remembers that a bank gave a list, or said that there is none yet.
func (s *Store) BankAnswered(ctx context.Context, now time.Time, bank string) error {
	_, err := s.write(ctx, `INSERT INTO banks (bank, asked_at, answered_at, failing_since, trouble) VALUES (?, ?, ?, 0, '')
		ON CONFLICT (bank) DO UPDATE SET asked_at = excluded.asked_at, answered_at = excluded.answered_at, failing_since = 0, trouble = ''`,
		bank, ms(now), ms(now))
	if err != nil {
		return fmt.Errorf("save that bank %s answers: %w", bank, err)
	}
	return nil
}

// BankFailed remembers that a bank could not be asked or gave no list, and
// since when that is so.
func (s *Store) BankFailed(ctx context.Context, now time.Time, bank string, why rates.Trouble) error {
	_, err := s.write(ctx, `INSERT INTO banks (bank, asked_at, answered_at, failing_since, trouble) VALUES (?, ?, 0, ?, ?)
		ON CONFLICT (bank) DO UPDATE SET asked_at = excluded.asked_at, trouble = excluded.trouble,
			failing_since = CASE WHEN banks.failing_since = 0 THEN excluded.failing_since ELSE banks.failing_since END`,
		bank, ms(now), ms(now), string(why))
	if err != nil {
		return fmt.Errorf("save that bank %s fails: %w", bank, err)
	}
	return nil
}

// BankState returns how asking a bank goes.
func (s *Store) BankState(ctx context.Context, bank string) (BankState, error) {
	var row struct {
		Asked    int64  `db:"asked_at"`
		Answered int64  `db:"answered_at"`
		Failing  int64  `db:"failing_since"`
		Trouble  string `db:"trouble"`
	}
	err := get(ctx, s.r, &row, `SELECT asked_at, answered_at, failing_since, trouble FROM banks WHERE bank = ?`, bank)
	if errors.Is(err, ErrNotFound) {
		return BankState{}, nil
	}
	if err != nil {
		return BankState{}, fmt.Errorf("read the state of bank %s: %w", bank, err)
	}
	return BankState{Asked: at(row.Asked), Answered: at(row.Answered), FailingSince: at(row.Failing), Trouble: rates.Trouble(row.Trouble)}, nil
}
