package store

// RecipientsTable is the migration that is written in Go, for tests of migrations.
var RecipientsTable = recipientsTable
