import { Converter, ReflectionKind } from 'typedoc';

/** Members that only the language, Node's inspection or a type's own form asks for. */
const unspoken = [
  '[asyncIterator]',
  '[custom]',
  '[hasInstance]',
  '[iterator]',
  '[toStringTag]',
  'prototype',
  // Those of a tuple, whose names are documented beside it.
  '0',
  '1',
  'length',
];

/** The entry points as they are imported. */
const doors = new Map([
  ['index', 'requests-futures'],
  ['requests', 'requests-futures/requests'],
  ['concurrent-futures', 'requests-futures/concurrent-futures'],
  ['blocking', 'requests-futures/blocking'],
  ['bullmq', 'requests-futures/bullmq'],
]);

/** The parts of a member that may have a comment. */
const partsOf = (member) => [member, member.getSignature, ...(member.signatures ?? [])].filter(Boolean);

/** A member of the blocking flavor that is left to what its class is derived from is described as it is there. */
function describeBlocking(project, kinds) {
  const described = new Map();
  const members = project.getReflectionsByKind(kinds).map((member) => {
    const [door, ...names] = member.getFullName().split('.');
    return { member, isBlocking: door.endsWith('/blocking'), key: names.slice(-2).join('.') };
  });
  for (const { member, isBlocking, key } of members) {
    const comment = partsOf(member).find((part) => part.hasComment())?.comment;
    if (!isBlocking && comment) described.set(key, comment);
  }
  for (const { member, isBlocking, key } of members) {
    if (!isBlocking || partsOf(member).some((part) => part.hasComment())) continue;
    const comment = described.get(key.replace('SyncSession.', 'Session.'));
    const [first, ...signatures] = partsOf(member);
    for (const part of signatures.length > 0 ? signatures : [first]) part.comment = comment?.clone();
  }
}

/**
 * What the reference needs no words for: the members above where they have none, and the setter of a pair whose getter
 * is documented.
 *
 * @param {import('typedoc').Application} app
 */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = doors.get(module.name) ?? module.name;
    }
    const kinds = ReflectionKind.Method | ReflectionKind.Accessor | ReflectionKind.Property;
    describeBlocking(project, kinds);
    for (const member of project.getReflectionsByKind(kinds)) {
      const { getSignature, setSignature, signatures = [] } = member;
      const described = [member, getSignature, ...signatures].some((part) => part?.hasComment());
      if (unspoken.includes(member.name) && !described) project.removeReflection(member);
      else if (setSignature && getSignature) setSignature.comment ??= getSignature.comment?.clone();
    }
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    const order = [...doors.values()];
    const byDoor = (a, b) => order.indexOf(a.name) - order.indexOf(b.name);
    for (const list of [
      project.children,
      project.childrenIncludingDocuments,
      ...(project.groups ?? []).map((group) => group.children),
    ]) {
      const modules = list?.filter((child) => child.kindOf(ReflectionKind.Module)).sort(byDoor) ?? [];
      list?.forEach((child, i) => {
        if (child.kindOf(ReflectionKind.Module)) list[i] = modules.shift();
      });
    }
  });
  // An interface over a type alias (`extends Pick<…>`) is not on the page of the hierarchy, but would link to it.
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const type of project.getReflectionsByKind(ReflectionKind.Interface)) {
      const isRoot = type.extendedBy === undefined && type.implementedBy === undefined;
      const isOverAlias = type.extendedTypes?.every(
        ({ reflection }) => !reflection?.kindOf(ReflectionKind.ClassOrInterface),
      );
      if (isRoot && isOverAlias) delete type.typeHierarchy;
    }
  });
}
