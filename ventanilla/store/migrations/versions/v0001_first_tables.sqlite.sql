CREATE TABLE conversations (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	team TEXT NOT NULL, 
	contact_id INTEGER NOT NULL, 
	account TEXT DEFAULT '' NOT NULL, 
	address TEXT DEFAULT '' NOT NULL, 
	conversational BOOLEAN DEFAULT 0 NOT NULL, 
	subject TEXT DEFAULT '' NOT NULL, 
	state TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	owned INTEGER, 
	assignment_number INTEGER NOT NULL, 
	pinned BOOLEAN DEFAULT 0 NOT NULL, 
	kind TEXT DEFAULT 'query' NOT NULL, 
	priority TEXT DEFAULT 'normal' NOT NULL, 
	promise TEXT, 
	language TEXT NOT NULL, 
	skills JSON NOT NULL, 
	languages JSON DEFAULT '[]' NOT NULL, 
	tags JSON NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	first_message_at VARCHAR(27) NOT NULL, 
	last_message_at VARCHAR(27) NOT NULL, 
	waiting_since VARCHAR(27), 
	due_at VARCHAR(27), 
	next_due_at VARCHAR(27), 
	line_since VARCHAR(27), 
	first_response_at VARCHAR(27), 
	resolved_at VARCHAR(27), 
	resolution TEXT, 
	closed_at VARCHAR(27), 
	wait_until VARCHAR(27), 
	origin TEXT DEFAULT 'customer' NOT NULL, 
	merged_into INTEGER, 
	before_merge JSON, 
	CONSTRAINT pk_conversations PRIMARY KEY (id), 
	CONSTRAINT ck_conversations_state CHECK (state IN ('open', 'waiting_customer', 'waiting_third_party', 'resolved', 'closed', 'merged', 'spam')), 
	CONSTRAINT ck_conversations_kind CHECK (kind IN ('query', 'request', 'complaint', 'claim', 'suggestion')), 
	CONSTRAINT ck_conversations_origin CHECK (origin IN ('customer', 'staff', 'in_person')), 
	CONSTRAINT ck_conversations_resolution CHECK (resolution IN ('answered', 'no_reply_needed', 'unanswered')), 
	CONSTRAINT ck_conversations_closed CHECK (closed_at IS NULL OR state = 'closed'), 
	CONSTRAINT ck_conversations_wait_until CHECK (wait_until IS NULL OR state = 'waiting_third_party'), 
	CONSTRAINT ck_conversations_resolved CHECK (resolution IS NULL OR owned IS NULL), 
	CONSTRAINT ck_conversations_priority CHECK (priority IN ('low', 'normal', 'high', 'urgent')), 
	CONSTRAINT ck_conversations_owned CHECK ((state IN ('open', 'waiting_customer', 'waiting_third_party') AND owned IS NOT NULL AND owned = 1) OR (NOT state IN ('open', 'waiting_customer', 'waiting_third_party') AND owned IS NULL)), 
	CONSTRAINT ck_conversations_waiting_is_owned CHECK (waiting_since IS NULL OR owned IS NOT NULL), 
	CONSTRAINT ck_conversations_line_is_owned CHECK (line_since IS NULL OR owned IS NOT NULL), 
	CONSTRAINT ck_conversations_merged CHECK ((merged_into IS NOT NULL) = (state = 'merged')), 
	CONSTRAINT fk_conversations_open_assignment FOREIGN KEY(id, assignment_number, owner, owned) REFERENCES assignments (conversation_id, number, agent, is_open) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT uq_conversations_owned_assignment UNIQUE (id, assignment_number, owned), 
	CONSTRAINT uq_conversations_key UNIQUE ("key"), 
	CONSTRAINT fk_conversations_channel FOREIGN KEY(channel) REFERENCES channels (name), 
	CONSTRAINT fk_conversations_team FOREIGN KEY(team) REFERENCES teams (name), 
	CONSTRAINT fk_conversations_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id), 
	CONSTRAINT fk_conversations_owner FOREIGN KEY(owner) REFERENCES agents (name), 
	CONSTRAINT fk_conversations_merged_into FOREIGN KEY(merged_into) REFERENCES conversations (id) DEFERRABLE INITIALLY DEFERRED
);;
CREATE INDEX ix_conversations_address ON conversations (address, account);;
CREATE INDEX ix_conversations_contact_id ON conversations (contact_id);;
CREATE INDEX ix_conversations_line ON conversations (line_since) WHERE line_since IS NOT NULL;;
CREATE INDEX ix_conversations_merged_into ON conversations (merged_into);;
CREATE INDEX ix_conversations_next_due_at ON conversations (next_due_at);;
CREATE INDEX ix_conversations_owner_owned ON conversations (owner, owned);;
CREATE INDEX ix_conversations_owner_resolved ON conversations (owner, resolved_at) WHERE resolved_at IS NOT NULL;;
CREATE INDEX ix_conversations_state ON conversations (state, id);;
CREATE INDEX ix_conversations_wait_until ON conversations (wait_until);;
CREATE UNIQUE INDEX uq_conversations_one_chat ON conversations (channel, account, address) WHERE conversational = 1 AND owned = 1;;
CREATE TABLE assignments (
	conversation_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	agent TEXT NOT NULL, 
	is_open INTEGER, 
	assigned_at VARCHAR(27) NOT NULL, 
	released_at VARCHAR(27), 
	reason TEXT NOT NULL, 
	release_reason TEXT, 
	actor TEXT NOT NULL, 
	decision JSON NOT NULL, 
	config_version INTEGER NOT NULL, 
	notified_at VARCHAR(27), 
	accepted_at VARCHAR(27), 
	accept_by VARCHAR(27), 
	CONSTRAINT pk_assignments PRIMARY KEY (conversation_id, number), 
	CONSTRAINT ck_assignments_is_open CHECK ((released_at IS NULL AND is_open IS NOT NULL AND is_open = 1) OR (released_at IS NOT NULL AND is_open IS NULL)), 
	CONSTRAINT ck_assignments_number CHECK (number >= 1), 
	CONSTRAINT uq_assignments_owner UNIQUE (conversation_id, number, agent, is_open), 
	CONSTRAINT fk_assignments_owned_conversation FOREIGN KEY(conversation_id, number, is_open) REFERENCES conversations (id, assignment_number, owned) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT fk_assignments_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT fk_assignments_agent FOREIGN KEY(agent) REFERENCES agents (name)
);;
CREATE INDEX ix_assignments_accept_by ON assignments (is_open, accept_by);;
CREATE INDEX ix_assignments_agent ON assignments (agent);;
CREATE UNIQUE INDEX uq_assignments_one_open ON assignments (conversation_id) WHERE is_open = 1;;
CREATE TABLE seals (
	number INTEGER NOT NULL, 
	event_id INTEGER NOT NULL, 
	hash TEXT NOT NULL, 
	CONSTRAINT pk_seals PRIMARY KEY (number), 
	CONSTRAINT uq_seals_event_id UNIQUE (event_id)
);;
CREATE TABLE bookkeeping (
	id INTEGER NOT NULL, 
	data JSON NOT NULL, 
	CONSTRAINT pk_bookkeeping PRIMARY KEY (id), 
	CONSTRAINT ck_bookkeeping_single CHECK (id = 1)
);;
CREATE TABLE erased_opt_outs (
	mark TEXT NOT NULL, 
	opted_out_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_erased_opt_outs PRIMARY KEY (mark)
);;
CREATE TABLE throttles (
	mark TEXT NOT NULL, 
	failures INTEGER NOT NULL, 
	last_at VARCHAR(27) NOT NULL, 
	until VARCHAR(27), 
	CONSTRAINT pk_throttles PRIMARY KEY (mark)
);;
CREATE TABLE webhook_events (
	endpoint TEXT NOT NULL, 
	last_seal INTEGER NOT NULL, 
	since VARCHAR(27) NOT NULL, 
	paused_at VARCHAR(27), 
	problem TEXT, 
	CONSTRAINT pk_webhook_events PRIMARY KEY (endpoint)
);;
CREATE TABLE installation (
	id INTEGER NOT NULL, 
	instance TEXT NOT NULL, 
	signing_key BLOB NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	restored_at VARCHAR(27), 
	CONSTRAINT pk_installation PRIMARY KEY (id), 
	CONSTRAINT ck_installation_single CHECK (id = 1)
);;
CREATE TABLE config_versions (
	id INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	content JSON NOT NULL, 
	applied_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_config_versions PRIMARY KEY (id)
);;
CREATE TABLE channels (
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	mode TEXT NOT NULL, 
	forced_observe BOOLEAN DEFAULT 0 NOT NULL, 
	enabled BOOLEAN DEFAULT 1 NOT NULL, 
	since VARCHAR(27) NOT NULL, 
	last_pull_at VARCHAR(27), 
	last_item_at VARCHAR(27), 
	paused_at VARCHAR(27), 
	quiet_since VARCHAR(27), 
	problem TEXT, 
	problem_part TEXT, 
	cure TEXT, 
	retry_at VARCHAR(27), 
	failures INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_channels PRIMARY KEY (name), 
	CONSTRAINT ck_channels_mode CHECK (mode IN ('observe', 'internal', 'live'))
);;
CREATE TABLE leases (
	name TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	token INTEGER NOT NULL, 
	expires_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_leases PRIMARY KEY (name)
);;
CREATE TABLE checkpoints (
	source TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	data JSON NOT NULL, 
	updated_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_checkpoints PRIMARY KEY (source)
);;
CREATE TABLE hook_refusals (
	channel TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	count INTEGER NOT NULL, 
	last_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_hook_refusals PRIMARY KEY (channel, reason)
);;
CREATE TABLE events (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at VARCHAR(27) NOT NULL, 
	recorded_at VARCHAR(27) NOT NULL, 
	kind TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	channel TEXT, 
	conversation_id INTEGER, 
	assignment_number INTEGER, 
	message_id INTEGER, 
	inbox_id INTEGER, 
	outbox_id INTEGER, 
	agent TEXT, 
	data JSON NOT NULL
);;
CREATE INDEX ix_events_actor ON events (actor, id);;
CREATE INDEX ix_events_conversation_id ON events (conversation_id);;
CREATE INDEX ix_events_inbox_id ON events (inbox_id);;
CREATE INDEX ix_events_kind_at ON events (kind, at);;
CREATE INDEX ix_events_message_id ON events (message_id);;
CREATE INDEX ix_events_outbox_id ON events (outbox_id);;
CREATE TABLE agents (
	name TEXT NOT NULL, 
	display_name TEXT NOT NULL, 
	email TEXT, 
	telegram TEXT, 
	telegram_proven_at VARCHAR(27), 
	telegram_refused_at VARCHAR(27), 
	enabled BOOLEAN DEFAULT 1 NOT NULL, 
	capacity INTEGER NOT NULL, 
	load INTEGER DEFAULT '0' NOT NULL, 
	on_duty BOOLEAN DEFAULT 0 NOT NULL, 
	duty_since VARCHAR(27), 
	duty_changes_at VARCHAR(27), 
	last_assigned_at VARCHAR(27), 
	CONSTRAINT pk_agents PRIMARY KEY (name), 
	CONSTRAINT ck_agents_load CHECK (load >= 0), 
	CONSTRAINT ck_agents_capacity CHECK (capacity >= 1), 
	CONSTRAINT ck_agents_telegram_is_proven CHECK ((telegram IS NULL) = (telegram_proven_at IS NULL)), 
	CONSTRAINT ck_agents_telegram_refused CHECK (telegram_refused_at IS NULL OR telegram IS NOT NULL), 
	CONSTRAINT uq_agents_telegram UNIQUE (telegram)
);;
CREATE INDEX ix_agents_duty_changes_at ON agents (duty_changes_at);;
CREATE TABLE teams (
	name TEXT NOT NULL, 
	enabled BOOLEAN DEFAULT 1 NOT NULL, 
	CONSTRAINT pk_teams PRIMARY KEY (name)
);;
CREATE TABLE inbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	channel TEXT NOT NULL, 
	source TEXT NOT NULL, 
	item_key TEXT NOT NULL, 
	identity TEXT, 
	state TEXT NOT NULL, 
	reason TEXT, 
	note TEXT, 
	size INTEGER DEFAULT '0' NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	released_by TEXT, 
	received_at VARCHAR(27) NOT NULL, 
	pulled_at VARCHAR(27) NOT NULL, 
	enqueued_at VARCHAR(27), 
	taken_at VARCHAR(27), 
	routed_at VARCHAR(27), 
	route_ms INTEGER, 
	duplicate_of INTEGER, 
	again BOOLEAN DEFAULT 0 NOT NULL, 
	raw_blob TEXT, 
	raw BLOB, 
	CONSTRAINT uq_inbox_source_item_key UNIQUE (source, item_key), 
	CONSTRAINT ck_inbox_state CHECK (state IN ('pending', 'routed', 'screened', 'duplicate', 'quarantined', 'imported')), 
	CONSTRAINT ck_inbox_settled CHECK ((state = 'pending') = (routed_at IS NULL)), 
	CONSTRAINT ck_inbox_received_before_pulled CHECK (received_at <= pulled_at)
);;
CREATE INDEX ix_inbox_identity ON inbox (channel, identity);;
CREATE INDEX ix_inbox_state ON inbox (state, id);;
CREATE TABLE delivery_reports (
	via TEXT NOT NULL, 
	external_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	rank INTEGER NOT NULL, 
	reason TEXT, 
	at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_delivery_reports PRIMARY KEY (via, external_id), 
	CONSTRAINT ck_delivery_reports_state CHECK (state IN ('pending', 'held', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'dropped'))
);;
CREATE TABLE participants (
	conversation_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_participants PRIMARY KEY (conversation_id, kind, value), 
	CONSTRAINT fk_participants_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id)
);;
CREATE TABLE conversation_links (
	conversation_id INTEGER NOT NULL, 
	other_id INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_conversation_links PRIMARY KEY (conversation_id, other_id), 
	CONSTRAINT fk_conversation_links_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id), 
	CONSTRAINT fk_conversation_links_other_id FOREIGN KEY(other_id) REFERENCES conversations (id)
);;
CREATE TABLE collaborators (
	conversation_id INTEGER NOT NULL, 
	agent TEXT NOT NULL, 
	added_by TEXT NOT NULL, 
	added_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_collaborators PRIMARY KEY (conversation_id, agent), 
	CONSTRAINT fk_collaborators_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id), 
	CONSTRAINT fk_collaborators_agent FOREIGN KEY(agent) REFERENCES agents (name), 
	CONSTRAINT fk_collaborators_added_by FOREIGN KEY(added_by) REFERENCES agents (name)
);;
CREATE INDEX ix_collaborators_agent ON collaborators (agent);;
CREATE TABLE notes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	conversation_id INTEGER NOT NULL, 
	agent TEXT NOT NULL, 
	side TEXT NOT NULL, 
	text TEXT NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	idempotency_key TEXT, 
	CONSTRAINT ck_notes_side CHECK (side IN ('command', 'telegram', 'email', 'mailbox', 'provider', 'desk', 'api')), 
	CONSTRAINT fk_notes_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id), 
	CONSTRAINT fk_notes_agent FOREIGN KEY(agent) REFERENCES agents (name), 
	CONSTRAINT uq_notes_idempotency_key UNIQUE (idempotency_key)
);;
CREATE INDEX ix_notes_conversation_id ON notes (conversation_id);;
CREATE TABLE clocks (
	conversation_id INTEGER NOT NULL, 
	metric TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	name TEXT DEFAULT '' NOT NULL, 
	channel TEXT NOT NULL, 
	team TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	priority TEXT NOT NULL, 
	agent TEXT, 
	started_at VARCHAR(27) NOT NULL, 
	stopped_at VARCHAR(27), 
	ended TEXT, 
	paused_since VARCHAR(27), 
	elapsed BIGINT, 
	business BIGINT, 
	paused BIGINT DEFAULT '0' NOT NULL, 
	promise TEXT, 
	calendar TEXT, 
	config_version INTEGER NOT NULL, 
	within BIGINT, 
	target INTEGER, 
	warn_at VARCHAR(27), 
	due_at VARCHAR(27), 
	warned_at VARCHAR(27), 
	breached_at VARCHAR(27), 
	day TEXT NOT NULL, 
	hour INTEGER NOT NULL, 
	end_day TEXT, 
	end_hour INTEGER, 
	CONSTRAINT pk_clocks PRIMARY KEY (conversation_id, metric, number), 
	CONSTRAINT ck_clocks_metric CHECK (metric IN ('time_to_assign', 'time_to_accept', 'first_response', 'next_response', 'customer_wait', 'first_resolution', 'full_resolution', 'reopened', 'legal')), 
	CONSTRAINT ck_clocks_ended CHECK (ended IN ('replied', 'resolved', 'assigned', 'accepted', 'reopened', 'released', 'unanswered', 'no_reply_needed', 'passed_on', 'merged', 'split', 'spam')), 
	CONSTRAINT ck_clocks_kind CHECK (kind IN ('query', 'request', 'complaint', 'claim', 'suggestion')), 
	CONSTRAINT ck_clocks_priority CHECK (priority IN ('low', 'normal', 'high', 'urgent')), 
	CONSTRAINT ck_clocks_number CHECK (number >= 1), 
	CONSTRAINT ck_clocks_ended_when_stopped CHECK ((stopped_at IS NULL) = (ended IS NULL)), 
	CONSTRAINT ck_clocks_measured_when_stopped CHECK ((stopped_at IS NULL) = (elapsed IS NULL)), 
	CONSTRAINT ck_clocks_measured_twice CHECK ((elapsed IS NULL) = (business IS NULL)), 
	CONSTRAINT ck_clocks_runs_forward CHECK (stopped_at IS NULL OR stopped_at >= started_at), 
	CONSTRAINT ck_clocks_paused_while_running CHECK (stopped_at IS NULL OR paused_since IS NULL), 
	CONSTRAINT fk_clocks_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id)
);;
CREATE INDEX ix_clocks_metric_day ON clocks (metric, day, ended, elapsed, business, paused, within, conversation_id, number, channel, team, agent, kind, priority, promise, target, due_at, stopped_at);;
CREATE INDEX ix_clocks_metric_end_day ON clocks (metric, end_day);;
CREATE INDEX ix_clocks_running ON clocks (metric, started_at) WHERE stopped_at IS NULL;;
CREATE INDEX ix_clocks_to_break ON clocks (due_at) WHERE stopped_at IS NULL AND due_at IS NOT NULL;;
CREATE INDEX ix_clocks_to_warn ON clocks (warn_at) WHERE stopped_at IS NULL AND warn_at IS NOT NULL;;
CREATE TABLE legal_holds (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	conversation_id INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	set_by TEXT NOT NULL, 
	since VARCHAR(27) NOT NULL, 
	until VARCHAR(27), 
	ended_at VARCHAR(27), 
	ended_by TEXT, 
	CONSTRAINT ck_legal_holds_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL)), 
	CONSTRAINT fk_legal_holds_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id)
);;
CREATE INDEX ix_legal_holds_conversation_id ON legal_holds (conversation_id);;
CREATE TABLE contacts (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT DEFAULT '' NOT NULL, 
	language TEXT, 
	account_manager TEXT, 
	last_owner TEXT, 
	tags JSON NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	erased_at VARCHAR(27), 
	restriction TEXT, 
	restricted_to TEXT, 
	restriction_reason TEXT, 
	restricted_by TEXT, 
	restricted_at VARCHAR(27), 
	restricted_until VARCHAR(27), 
	CONSTRAINT ck_contacts_restriction CHECK (restriction IN ('restricted', 'blocked')), 
	CONSTRAINT ck_contacts_restricted_has_owner CHECK (restriction <> 'restricted' OR restricted_to IS NOT NULL), 
	CONSTRAINT ck_contacts_blocked_expires CHECK (restriction <> 'blocked' OR restricted_until IS NOT NULL), 
	CONSTRAINT ck_contacts_restriction_is_explained CHECK ((restriction IS NULL) = (restricted_by IS NULL) AND (restriction IS NULL) = (restriction_reason IS NULL) AND (restriction IS NULL) = (restricted_at IS NULL)), 
	CONSTRAINT fk_contacts_account_manager FOREIGN KEY(account_manager) REFERENCES agents (name), 
	CONSTRAINT fk_contacts_last_owner FOREIGN KEY(last_owner) REFERENCES agents (name), 
	CONSTRAINT fk_contacts_restricted_to FOREIGN KEY(restricted_to) REFERENCES agents (name), 
	CONSTRAINT fk_contacts_restricted_by FOREIGN KEY(restricted_by) REFERENCES agents (name)
);;
CREATE TABLE accounts (
	agent TEXT NOT NULL, 
	password_hash TEXT, 
	password_set_at VARCHAR(27), 
	oidc_issuer TEXT, 
	oidc_subject TEXT, 
	preferences JSON DEFAULT '{}' NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_accounts PRIMARY KEY (agent), 
	CONSTRAINT ck_accounts_password CHECK ((password_hash IS NULL) = (password_set_at IS NULL)), 
	CONSTRAINT ck_accounts_oidc CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL)), 
	CONSTRAINT uq_accounts_oidc_issuer_oidc_subject UNIQUE (oidc_issuer, oidc_subject), 
	CONSTRAINT fk_accounts_agent FOREIGN KEY(agent) REFERENCES agents (name)
);;
CREATE TABLE sessions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	token_sha256 TEXT NOT NULL, 
	agent TEXT NOT NULL, 
	way TEXT NOT NULL, 
	browser TEXT DEFAULT '' NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	seen_at VARCHAR(27) NOT NULL, 
	expires_at VARCHAR(27) NOT NULL, 
	ended_at VARCHAR(27), 
	CONSTRAINT ck_sessions_way CHECK (way IN ('password', 'oidc', 'invitation')), 
	CONSTRAINT uq_sessions_token_sha256 UNIQUE (token_sha256), 
	CONSTRAINT fk_sessions_agent FOREIGN KEY(agent) REFERENCES agents (name)
);;
CREATE INDEX ix_sessions_agent ON sessions (agent);;
CREATE TABLE api_tokens (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	token_sha256 TEXT NOT NULL, 
	name TEXT NOT NULL, 
	agent TEXT NOT NULL, 
	scopes JSON NOT NULL, 
	made_by TEXT NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	used_at VARCHAR(27), 
	expires_at VARCHAR(27), 
	revoked_at VARCHAR(27), 
	CONSTRAINT uq_api_tokens_token_sha256 UNIQUE (token_sha256), 
	CONSTRAINT fk_api_tokens_agent FOREIGN KEY(agent) REFERENCES agents (name)
);;
CREATE INDEX ix_api_tokens_agent ON api_tokens (agent);;
CREATE TABLE saved_answers (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	language TEXT NOT NULL, 
	text TEXT NOT NULL, 
	agent TEXT, 
	team TEXT, 
	made_by TEXT NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	changed_at VARCHAR(27) NOT NULL, 
	used INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT ck_saved_answers_whose CHECK (agent IS NULL OR team IS NULL), 
	CONSTRAINT fk_saved_answers_agent FOREIGN KEY(agent) REFERENCES agents (name), 
	CONSTRAINT fk_saved_answers_team FOREIGN KEY(team) REFERENCES teams (name), 
	CONSTRAINT fk_saved_answers_made_by FOREIGN KEY(made_by) REFERENCES agents (name)
);;
CREATE TABLE api_requests (
	agent TEXT NOT NULL, 
	idempotency_key TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	status INTEGER, 
	body TEXT, 
	created_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_api_requests PRIMARY KEY (agent, idempotency_key), 
	CONSTRAINT ck_api_requests_answered CHECK ((status IS NULL) = (body IS NULL)), 
	CONSTRAINT fk_api_requests_agent FOREIGN KEY(agent) REFERENCES agents (name)
);;
CREATE INDEX ix_api_requests_created_at ON api_requests (created_at);;
CREATE TABLE invitations (
	token_sha256 TEXT NOT NULL, 
	agent TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	expires_at VARCHAR(27) NOT NULL, 
	used_at VARCHAR(27), 
	CONSTRAINT pk_invitations PRIMARY KEY (token_sha256), 
	CONSTRAINT ck_invitations_purpose CHECK (purpose IN ('telegram', 'desk')), 
	CONSTRAINT fk_invitations_agent FOREIGN KEY(agent) REFERENCES agents (name)
);;
CREATE TABLE absences (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	agent TEXT NOT NULL, 
	starts_at VARCHAR(27) NOT NULL, 
	ends_at VARCHAR(27), 
	cover TEXT, 
	created_at VARCHAR(27) NOT NULL, 
	CONSTRAINT ck_absences_order CHECK (ends_at IS NULL OR ends_at > starts_at), 
	CONSTRAINT fk_absences_agent FOREIGN KEY(agent) REFERENCES agents (name), 
	CONSTRAINT fk_absences_cover FOREIGN KEY(cover) REFERENCES agents (name)
);;
CREATE INDEX ix_absences_agent ON absences (agent);;
CREATE TABLE team_members (
	team TEXT NOT NULL, 
	agent TEXT NOT NULL, 
	CONSTRAINT pk_team_members PRIMARY KEY (team, agent), 
	CONSTRAINT fk_team_members_team FOREIGN KEY(team) REFERENCES teams (name), 
	CONSTRAINT fk_team_members_agent FOREIGN KEY(agent) REFERENCES agents (name)
);;
CREATE INDEX ix_team_members_agent ON team_members (agent);;
CREATE TABLE messages (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	conversation_id INTEGER NOT NULL, 
	assignment_number INTEGER, 
	direction TEXT NOT NULL, 
	inbox_id INTEGER, 
	outbox_id INTEGER, 
	agent TEXT, 
	automatic BOOLEAN DEFAULT 0 NOT NULL, 
	external_id TEXT, 
	edits INTEGER, 
	medium TEXT DEFAULT 'email' NOT NULL, 
	from_address TEXT DEFAULT '' NOT NULL, 
	from_name TEXT DEFAULT '' NOT NULL, 
	recipients JSON NOT NULL, 
	cc JSON NOT NULL, 
	subject TEXT DEFAULT '' NOT NULL, 
	text TEXT DEFAULT '' NOT NULL, 
	reply_text TEXT DEFAULT '' NOT NULL, 
	sent_at VARCHAR(27), 
	received_at VARCHAR(27), 
	pulled_at VARCHAR(27), 
	routed_at VARCHAR(27) NOT NULL, 
	replied_at VARCHAR(27), 
	side TEXT, 
	outcome TEXT, 
	answers INTEGER, 
	turn_since VARCHAR(27), 
	turn_due_at VARCHAR(27), 
	idempotency_key TEXT, 
	reply_to JSON DEFAULT '[]' NOT NULL, 
	refs JSON DEFAULT '[]' NOT NULL, 
	has_html BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT ck_messages_direction CHECK (direction IN ('in', 'out')), 
	CONSTRAINT ck_messages_inbound_has_assignment CHECK (direction = 'out' OR assignment_number IS NOT NULL), 
	CONSTRAINT ck_messages_inbound_has_source CHECK (direction = 'out' OR inbox_id IS NOT NULL), 
	CONSTRAINT ck_messages_edits_another CHECK (edits IS NULL OR edits <> id), 
	CONSTRAINT ck_messages_side CHECK (side IN ('command', 'telegram', 'email', 'mailbox', 'provider', 'desk', 'api')), 
	CONSTRAINT ck_messages_outcome CHECK (outcome IN ('reached', 'no_answer', 'message')), 
	CONSTRAINT ck_messages_closes_a_turn CHECK (turn_since IS NULL OR (direction = 'out' AND replied_at IS NOT NULL)), 
	CONSTRAINT ck_messages_automatic_is_no_reply CHECK (NOT automatic OR replied_at IS NULL), 
	CONSTRAINT uq_messages_of_case UNIQUE (id, conversation_id), 
	CONSTRAINT fk_messages_version_of FOREIGN KEY(edits, conversation_id) REFERENCES messages (id, conversation_id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT fk_messages_assignment FOREIGN KEY(conversation_id, assignment_number) REFERENCES assignments (conversation_id, number) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT fk_messages_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id), 
	CONSTRAINT uq_messages_inbox_id UNIQUE (inbox_id), 
	CONSTRAINT fk_messages_inbox_id FOREIGN KEY(inbox_id) REFERENCES inbox (id), 
	CONSTRAINT uq_messages_outbox_id UNIQUE (outbox_id), 
	CONSTRAINT fk_messages_agent FOREIGN KEY(agent) REFERENCES agents (name), 
	CONSTRAINT uq_messages_idempotency_key UNIQUE (idempotency_key)
);;
CREATE INDEX ix_messages_arrived ON messages (received_at, routed_at, conversation_id) WHERE direction = 'in';;
CREATE INDEX ix_messages_conversation_id ON messages (conversation_id);;
CREATE INDEX ix_messages_edits ON messages (edits) WHERE edits IS NOT NULL;;
CREATE INDEX ix_messages_external_id ON messages (external_id);;
CREATE TABLE message_refs (
	external_id TEXT NOT NULL, 
	conversation_id INTEGER NOT NULL, 
	own BOOLEAN NOT NULL, 
	CONSTRAINT pk_message_refs PRIMARY KEY (external_id, conversation_id), 
	CONSTRAINT fk_message_refs_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id)
);;
CREATE TABLE awaited_refs (
	external_id TEXT NOT NULL, 
	inbox_id INTEGER NOT NULL, 
	CONSTRAINT pk_awaited_refs PRIMARY KEY (external_id, inbox_id), 
	CONSTRAINT fk_awaited_refs_inbox_id FOREIGN KEY(inbox_id) REFERENCES inbox (id)
);;
CREATE INDEX ix_awaited_refs_inbox_id ON awaited_refs (inbox_id);;
CREATE TABLE outbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT, 
	dedupe_key TEXT NOT NULL, 
	via TEXT NOT NULL, 
	recipient TEXT NOT NULL, 
	agent TEXT, 
	conversation_id INTEGER, 
	assignment_number INTEGER, 
	payload JSON NOT NULL, 
	message_id TEXT, 
	external_id TEXT, 
	created_at VARCHAR(27) NOT NULL, 
	not_before VARCHAR(27) NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	claimed_by TEXT, 
	sending_at VARCHAR(27), 
	sent_at VARCHAR(27), 
	delivered_at VARCHAR(27), 
	tried_at VARCHAR(27), 
	copied_at VARCHAR(27), 
	parts JSON, 
	delivery_rank INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT ck_outbox_kind CHECK (kind IN ('notice', 'acknowledgement', 'reply', 'automatic', 'digest', 'alert', 'service', 'webhook')), 
	CONSTRAINT ck_outbox_state CHECK (state IN ('pending', 'held', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'dropped')), 
	CONSTRAINT ck_outbox_sending CHECK (state <> 'sending' OR (sending_at IS NOT NULL AND claimed_by IS NOT NULL)), 
	CONSTRAINT ck_outbox_sent CHECK (state <> 'sent' OR sent_at IS NOT NULL), 
	CONSTRAINT uq_outbox_dedupe_key UNIQUE (dedupe_key), 
	CONSTRAINT fk_outbox_agent FOREIGN KEY(agent) REFERENCES agents (name), 
	CONSTRAINT fk_outbox_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id)
);;
CREATE INDEX ix_outbox_conversation_id ON outbox (conversation_id);;
CREATE INDEX ix_outbox_due ON outbox (state, via, not_before);;
CREATE INDEX ix_outbox_external_id ON outbox (external_id);;
CREATE INDEX ix_outbox_kind_recipient ON outbox (kind, recipient, created_at);;
CREATE INDEX ix_outbox_message_id ON outbox (message_id);;
CREATE INDEX ix_outbox_uncopied ON outbox (via, sent_at) WHERE copied_at IS NULL AND sent_at IS NOT NULL AND kind IN ('reply', 'automatic');;
CREATE TABLE staff_texts (
	inbox_id INTEGER NOT NULL, 
	agent TEXT NOT NULL, 
	text TEXT NOT NULL, 
	files JSON NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	settled_at VARCHAR(27), 
	conversation_id INTEGER, 
	CONSTRAINT pk_staff_texts PRIMARY KEY (inbox_id), 
	CONSTRAINT fk_staff_texts_inbox_id FOREIGN KEY(inbox_id) REFERENCES inbox (id), 
	CONSTRAINT fk_staff_texts_agent FOREIGN KEY(agent) REFERENCES agents (name), 
	CONSTRAINT fk_staff_texts_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id)
);;
CREATE INDEX ix_staff_texts_agent ON staff_texts (agent);;
CREATE TABLE addresses (
	kind TEXT NOT NULL, 
	value TEXT NOT NULL, 
	contact_id INTEGER NOT NULL, 
	name TEXT DEFAULT '' NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	opted_out_at VARCHAR(27), 
	linked_from INTEGER, 
	CONSTRAINT pk_addresses PRIMARY KEY (kind, value), 
	CONSTRAINT ck_addresses_kind CHECK (kind IN ('email', 'phone', 'telegram', 'other')), 
	CONSTRAINT ck_addresses_linked CHECK (linked_from <> contact_id), 
	CONSTRAINT fk_addresses_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id), 
	CONSTRAINT fk_addresses_linked_from FOREIGN KEY(linked_from) REFERENCES contacts (id)
);;
CREATE INDEX ix_addresses_contact_id ON addresses (contact_id);;
CREATE INDEX ix_addresses_linked_from ON addresses (linked_from);;
CREATE TABLE contact_suggestions (
	contact_id INTEGER NOT NULL, 
	other_id INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	settled_at VARCHAR(27), 
	settled_by TEXT, 
	CONSTRAINT pk_contact_suggestions PRIMARY KEY (contact_id, other_id), 
	CONSTRAINT ck_contact_suggestions_order CHECK (contact_id < other_id), 
	CONSTRAINT fk_contact_suggestions_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id), 
	CONSTRAINT fk_contact_suggestions_other_id FOREIGN KEY(other_id) REFERENCES contacts (id)
);;
CREATE TABLE looks (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at VARCHAR(27) NOT NULL, 
	agent TEXT NOT NULL, 
	what TEXT NOT NULL, 
	conversation_id INTEGER, 
	contact_id INTEGER, 
	detail JSON NOT NULL, 
	session_id INTEGER, 
	token_id INTEGER, 
	CONSTRAINT ck_looks_what CHECK (what IN ('case', 'file', 'original', 'customer', 'search', 'report', 'export', 'evidence', 'trail')), 
	CONSTRAINT ck_looks_one_way_in CHECK (session_id IS NULL OR token_id IS NULL), 
	CONSTRAINT fk_looks_agent FOREIGN KEY(agent) REFERENCES agents (name), 
	CONSTRAINT fk_looks_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id), 
	CONSTRAINT fk_looks_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id), 
	CONSTRAINT fk_looks_session_id FOREIGN KEY(session_id) REFERENCES sessions (id), 
	CONSTRAINT fk_looks_token_id FOREIGN KEY(token_id) REFERENCES api_tokens (id)
);;
CREATE INDEX ix_looks_agent_at ON looks (agent, at);;
CREATE INDEX ix_looks_at ON looks (at);;
CREATE INDEX ix_looks_contact_id ON looks (contact_id);;
CREATE INDEX ix_looks_conversation ON looks (conversation_id, agent, at);;
CREATE TABLE attachments (
	message_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	filename TEXT NOT NULL, 
	content_type TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	inline BOOLEAN NOT NULL, 
	content_id TEXT, 
	CONSTRAINT pk_attachments PRIMARY KEY (message_id, position), 
	CONSTRAINT fk_attachments_message_id FOREIGN KEY(message_id) REFERENCES messages (id)
);;
CREATE INDEX ix_attachments_sha256 ON attachments (sha256);;
CREATE TABLE remote_files (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	message_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	channel TEXT NOT NULL, 
	ref JSON NOT NULL, 
	filename TEXT NOT NULL, 
	content_type TEXT NOT NULL, 
	size INTEGER, 
	state TEXT NOT NULL, 
	reason TEXT, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	not_before VARCHAR(27) NOT NULL, 
	claimed_by TEXT, 
	fetched_at VARCHAR(27), 
	CONSTRAINT uq_remote_files_message_id_position UNIQUE (message_id, position), 
	CONSTRAINT ck_remote_files_state CHECK (state IN ('pending', 'fetched', 'failed')), 
	CONSTRAINT ck_remote_files_fetched CHECK ((state = 'fetched') = (fetched_at IS NOT NULL)), 
	CONSTRAINT fk_remote_files_message_id FOREIGN KEY(message_id) REFERENCES messages (id)
);;
CREATE INDEX ix_remote_files_due ON remote_files (state, channel, not_before);;
CREATE INDEX ix_remote_files_message_id ON remote_files (message_id);;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;;
CREATE TRIGGER seals_no_update BEFORE UPDATE ON seals BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;;
CREATE TRIGGER seals_no_delete BEFORE DELETE ON seals BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;;
CREATE VIRTUAL TABLE messages_search USING fts5(subject, from_name, from_address, text, content='messages', content_rowid='id', tokenize='unicode61 remove_diacritics 2');;
CREATE TRIGGER messages_search_insert AFTER INSERT ON messages BEGIN INSERT INTO messages_search(rowid, subject, from_name, from_address, text) VALUES (new.id, substr(new.subject, 1, 200000), substr(new.from_name, 1, 200000), substr(new.from_address, 1, 200000), substr(new.text, 1, 200000)); END;;
CREATE TRIGGER messages_search_delete AFTER DELETE ON messages BEGIN INSERT INTO messages_search(messages_search, rowid, subject, from_name, from_address, text) VALUES ('delete', old.id, substr(old.subject, 1, 200000), substr(old.from_name, 1, 200000), substr(old.from_address, 1, 200000), substr(old.text, 1, 200000)); END;;
CREATE TRIGGER messages_search_update AFTER UPDATE OF id, subject, from_name, from_address, text ON messages BEGIN INSERT INTO messages_search(messages_search, rowid, subject, from_name, from_address, text) VALUES ('delete', old.id, substr(old.subject, 1, 200000), substr(old.from_name, 1, 200000), substr(old.from_address, 1, 200000), substr(old.text, 1, 200000)); INSERT INTO messages_search(rowid, subject, from_name, from_address, text) VALUES (new.id, substr(new.subject, 1, 200000), substr(new.from_name, 1, 200000), substr(new.from_address, 1, 200000), substr(new.text, 1, 200000)); END;;
CREATE VIRTUAL TABLE notes_search USING fts5(text, content='notes', content_rowid='id', tokenize='unicode61 remove_diacritics 2');;
CREATE TRIGGER notes_search_insert AFTER INSERT ON notes BEGIN INSERT INTO notes_search(rowid, text) VALUES (new.id, substr(new.text, 1, 200000)); END;;
CREATE TRIGGER notes_search_delete AFTER DELETE ON notes BEGIN INSERT INTO notes_search(notes_search, rowid, text) VALUES ('delete', old.id, substr(old.text, 1, 200000)); END;;
CREATE TRIGGER notes_search_update AFTER UPDATE OF id, text ON notes BEGIN INSERT INTO notes_search(notes_search, rowid, text) VALUES ('delete', old.id, substr(old.text, 1, 200000)); INSERT INTO notes_search(rowid, text) VALUES (new.id, substr(new.text, 1, 200000)); END
