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
]);

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
