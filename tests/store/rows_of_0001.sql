INSERT INTO channels (name, kind, mode, forced_observe, enabled, since, failures)
VALUES ('soporte', 'email', 'live', FALSE, TRUE, '2026-11-20T08:30:00.000000Z', 0);
INSERT INTO teams (name, enabled)
VALUES ('atencion', TRUE);
INSERT INTO agents (name, display_name, enabled, capacity, load, on_duty)
VALUES ('ana', 'Ana', TRUE, 8, 0, FALSE);
INSERT INTO agents (name, display_name, enabled, capacity, load, on_duty)
VALUES ('luis', 'Luis', TRUE, 8, 0, FALSE);
INSERT INTO agents (name, display_name, enabled, capacity, load, on_duty)
VALUES ('marta', 'Marta', TRUE, 8, 0, FALSE);
INSERT INTO team_members (team, agent)
VALUES ('atencion', 'ana');
INSERT INTO team_members (team, agent)
VALUES ('atencion', 'luis');
INSERT INTO team_members (team, agent)
VALUES ('atencion', 'marta');
INSERT INTO contacts (name, tags, created_at)
VALUES ('Eva', '[]', '2026-11-20T08:30:00.000000Z');
INSERT INTO addresses (kind, value, contact_id, name, created_at)
VALUES ('email', 'eva@example.org', 1, '', '2026-11-20T08:30:00.000000Z');
INSERT INTO conversations (skills, tags, id, key, channel, team, contact_id, subject, state, owner, owned, assignment_number, pinned, kind, priority, language, created_at, first_message_at, last_message_at, waiting_since)
VALUES ('[]', '[]', 1, 'KEY-1', 'soporte', 'atencion', 1, '', 'open', 'ana', 1, 1, FALSE, 'query', 'normal', 'es', '2026-11-20T08:30:00.000000Z', '2026-11-20T08:30:00.000000Z', '2026-11-20T08:30:00.000000Z', '2026-11-20T08:30:00.000000Z');
INSERT INTO conversations (skills, tags, id, key, channel, team, contact_id, subject, state, owner, owned, assignment_number, pinned, kind, priority, language, created_at, first_message_at, last_message_at, waiting_since)
VALUES ('[]', '[]', 2, 'KEY-2', 'soporte', 'atencion', 1, '', 'open', 'luis', 1, 2, FALSE, 'query', 'normal', 'es', '2026-11-20T08:30:00.000000Z', '2026-11-20T08:30:00.000000Z', '2026-11-20T08:30:00.000000Z', '2026-11-20T08:30:00.000000Z');
INSERT INTO conversations (skills, tags, id, key, channel, team, contact_id, subject, state, owner, assignment_number, pinned, kind, priority, language, created_at, first_message_at, last_message_at, resolved_at)
VALUES ('[]', '[]', 3, 'KEY-3', 'soporte', 'atencion', 1, '', 'resolved', 'marta', 1, FALSE, 'query', 'normal', 'es', '2026-11-20T08:30:00.000000Z', '2026-11-20T08:30:00.000000Z', '2026-11-20T08:30:00.000000Z', '2026-11-20T09:30:00.000000Z');
INSERT INTO assignments (conversation_id, number, agent, is_open, assigned_at, reason, actor, decision, config_version)
VALUES (1, 1, 'ana', 1, '2026-11-20T08:30:00.000000Z', 'balanced', 'test', '{}', 1);
INSERT INTO assignments (conversation_id, number, agent, assigned_at, released_at, reason, actor, decision, config_version)
VALUES (2, 1, 'ana', '2026-11-20T08:30:00.000000Z', '2026-11-20T09:30:00.000000Z', 'balanced', 'test', '{}', 1);
INSERT INTO assignments (conversation_id, number, agent, assigned_at, released_at, reason, actor, decision, config_version)
VALUES (3, 1, 'marta', '2026-11-20T08:30:00.000000Z', '2026-11-20T09:30:00.000000Z', 'balanced', 'test', '{}', 1);
INSERT INTO assignments (conversation_id, number, agent, is_open, assigned_at, reason, actor, decision, config_version)
VALUES (2, 2, 'luis', 1, '2026-11-20T08:30:00.000000Z', 'balanced', 'test', '{}', 1);
INSERT INTO inbox (channel, source, item_key, state, size, attempts, received_at, pulled_at)
VALUES ('soporte', 'imap.example.com soporte INBOX', 'INBOX/1/1', 'pending', 0, 0, '2026-11-20T08:30:00.000000Z', '2026-11-20T09:30:00.000000Z');
INSERT INTO inbox (channel, source, item_key, state, size, attempts, received_at, pulled_at)
VALUES ('soporte', 'imap.example.com soporte INBOX', 'INBOX/1/2', 'pending', 0, 0, '2026-11-20T08:30:00.000000Z', '2026-11-20T09:30:00.000000Z');
INSERT INTO inbox (channel, source, item_key, state, size, attempts, received_at, pulled_at, routed_at)
VALUES ('soporte', 'imap.example.com soporte INBOX', 'INBOX/1/3', 'routed', 0, 0, '2026-11-20T08:30:00.000000Z', '2026-11-20T09:30:00.000000Z', '2026-11-20T09:30:00.000000Z');
INSERT INTO messages (conversation_id, assignment_number, direction, inbox_id, automatic, from_address, from_name, recipients, cc, subject, text, reply_text, routed_at)
VALUES (2, 1, 'in', 3, FALSE, '', '', '[]', '[]', '', '', '', '2026-11-20T09:30:00.000000Z');
INSERT INTO outbox (kind, state, dedupe_key, via, recipient, payload, created_at, not_before, attempts)
VALUES ('notice', 'pending', 'notice:1', 'soporte', 'ana@example.com', '{}', '2026-11-20T09:30:00.000000Z', '2026-11-20T09:30:00.000000Z', 0);
INSERT INTO events (at, recorded_at, kind, actor, data)
VALUES ('2026-11-20T08:30:00.000000Z', '2026-11-20T09:30:00.000000Z', 'case_opened', 'test', '{}');
INSERT INTO installation (id, instance, signing_key, created_at)
VALUES (1, '0123456789abcdef', 'k', '2026-11-20T08:30:00.000000Z');
INSERT INTO seals (number, event_id, hash)
VALUES (1, 1, '0000000000000000000000000000000000000000000000000000000000000000')
