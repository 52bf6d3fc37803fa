import type { WebModel } from '@internvl/checkpoint/web';
import type { TakeFiles } from './image-input.js';

/** What the page does with things dropped anywhere on it. */
export interface DropTargets {
  readonly images: TakeFiles;
  /** A folder, taken for a checkpoint. */
  readonly folder: (folder: WebModel) => void;
}

/** Takes images and checkpoint folders dropped on the page. */
export function listenForDrops({ images, folder }: DropTargets): void {
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dragging');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) document.body.classList.remove('dragging');
  });
  document.addEventListener('drop', async (event) => {
    event.preventDefault();
    document.body.classList.remove('dragging');
    const { files, items } = event.dataTransfer ?? {};
    // Entries and files are gone once this handler has returned, so both are taken first.
    const dropped = [...(files ?? [])];
    const [given] = [...(items ?? [])].flatMap(folderIn);
    if (given) folder(await given);
    else if (dropped.length > 0) images(dropped);
  });
}

/** A folder, by its handle where the browser gives one: that has a name. */
function folderIn(item: DataTransferItem): Promise<WebModel>[] {
  const entry = item.webkitGetAsEntry();
  if (!isFolder(entry)) return [];
  const { getAsFileSystemHandle } = item as { getAsFileSystemHandle?: () => Promise<unknown> };
  const handle = getAsFileSystemHandle?.call(item).catch(() => undefined);
  const folder = async () => {
    const found = await handle;
    return isHandle(found) ? found : filesOf(entry);
  };
  return [folder()];
}

function isHandle(found: unknown): found is FileSystemDirectoryHandle {
  return found instanceof FileSystemHandle && found.kind === 'directory';
}

function isFolder(entry: FileSystemEntry | null): entry is FileSystemDirectoryEntry {
  return entry?.isDirectory === true;
}

async function filesOf(directory: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = directory.createReader();
  const files: File[] = [];
  // A reader gives its entries in batches, an empty one last.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return files;
    for (const entry of entries) {
      if (isFile(entry))
        files.push(await new Promise<File>((resolve, reject) => entry.file(resolve, reject)));
    }
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}
